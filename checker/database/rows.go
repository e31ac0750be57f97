package database

import (
	"context"
	"database/sql/driver"
	"io"
	"sync"
	"time"
)

// rows are the answer to a query; they may break off before the first one.
type rows struct {
	d      *Database
	q      *Query
	ctx    context.Context
	breaks error
	after  time.Duration // when they break
	left   [][]driver.Value
	closed sync.Once
}

func (d *Database) rows(ctx context.Context, q *Query, took time.Duration, row []driver.Value) *rows {
	r := &rows{d: d, q: q, ctx: ctx, breaks: d.Breaks[q.Order], after: took}
	if row != nil {
		r.left = append(r.left, row)
	}
	d.note(func() { d.left.Rows++ })
	return r
}

func (r *rows) Columns() []string { return r.q.columns() }

func (r *rows) Close() error {
	r.closed.Do(func() { r.d.note(func() { r.d.left.Rows-- }) })
	return nil
}

func (r *rows) Next(dest []driver.Value) error {
	if r.breaks != nil {
		if err := r.d.wait(r.ctx, r.after, r.q); err != nil {
			return err
		}
		r.d.note(func() { r.q.End = time.Now() })
		return r.breaks
	}
	if len(r.left) == 0 {
		return io.EOF
	}
	copy(dest, r.left[0])
	r.left = r.left[1:]
	return nil
}
