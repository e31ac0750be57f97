package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"
)

type connector struct{ d *Database }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.d.suffers().Connect; err != nil {
		return nil, err
	}
	c.d.note(func() { c.d.left.Connections++ })
	return &conn{d: c.d}, nil
}

func (c connector) Driver() driver.Driver { return nil }

// A conn is used by one goroutine at a time: database/sql sees to it.
type conn struct {
	d          *Database
	statements int // prepared and not closed
}

// Close implements driver.Conn: the server forgets what was prepared on it.
func (c *conn) Close() error {
	c.d.note(func() {
		c.d.left.Connections--
		c.d.left.Statements -= c.statements
	})
	c.statements = 0
	return nil
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return c.d.suffers().Connect == nil }

// ResetSession implements driver.SessionResetter.
func (c *conn) ResetSession(context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return nil
}

// Ping implements driver.Pinger.
func (c *conn) Ping(ctx context.Context) error { return ctx.Err() }

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx implements driver.ConnBeginTx: any isolation, read only or not.
func (c *conn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	if c.d.dies() {
		return nil, driver.ErrBadConn
	}
	if err := c.d.suffers().Begin; err != nil {
		return nil, err
	}
	c.d.note(func() { c.d.left.Transactions++ })
	return tx{c.d}, nil
}

func (c *conn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *conn) PrepareContext(_ context.Context, text string) (driver.Stmt, error) {
	if c.d.dies() {
		return nil, driver.ErrBadConn
	}
	c.statements++
	c.d.note(func() { c.d.left.Statements++ })
	return &stmt{c, text}, nil
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.d.query(ctx, text, args)
}

// ExecContext implements driver.ExecerContext: SET LOCAL statement_timeout,
// say. It takes no time, and is never in vain.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.d.exec(ctx, text, args)
}

type tx struct{ d *Database }

func (t tx) Commit() error {
	t.d.note(func() { t.d.left.Transactions-- })
	return t.d.suffers().Commit
}

func (t tx) Rollback() error {
	t.d.note(func() { t.d.left.Transactions-- })
	return nil
}

type stmt struct {
	c    *conn
	text string
}

func (s *stmt) Close() error {
	if s.c.statements > 0 { // its connection may have been closed first
		s.c.statements--
		s.c.d.note(func() { s.c.d.left.Statements-- })
	}
	return nil
}

func (s *stmt) NumInput() int { return -1 }

func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, errUnused }
func (s *stmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errUnused }

var errUnused = errors.New("the checks' database is asked with a context")

// QueryContext implements driver.StmtQueryContext.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.d.query(ctx, s.text, args)
}

// ExecContext implements driver.StmtExecContext.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.c.d.exec(ctx, s.text, args)
}

// query takes its time and answers with the rows of an order.
func (d *Database) query(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if d.dies() {
		return nil, driver.ErrBadConn
	}
	q := &Query{Text: text, Args: values(args), Context: ctx, Start: time.Now()}
	if err := q.read(); err != nil {
		return nil, err
	}
	asks, err := q.order()
	if err != nil {
		return nil, err
	}
	d.note(func() { d.statements = append(d.statements, q) })
	defer d.note(func() { q.End = time.Now() })
	if !asks {
		return d.rows(ctx, q, 0, q.row("1")), nil
	}
	takes, ok := d.Varies[q.Order]
	if !ok {
		takes = d.Takes
	}
	if err := d.wait(ctx, takes, q); err != nil {
		return nil, err
	}
	if p := d.Panics[q.Order]; p != nil {
		panic(p)
	}
	if err := d.Fails[q.Order]; err != nil {
		return nil, err
	}
	status, ok := d.Orders[q.Order]
	switch {
	case d.Nulls[q.Order]:
		return d.rows(ctx, q, 0, q.row(nil)), nil
	case ok:
		return d.rows(ctx, q, takes, q.row(status)), nil
	}
	return d.rows(ctx, q, takes, nil), nil
}

// exec takes note of a statement that has no rows.
func (d *Database) exec(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if d.dies() {
		return nil, driver.ErrBadConn
	}
	if err := ctx.Err(); err != nil {
		return nil, ErrCanceled
	}
	now := time.Now()
	q := &Query{Text: text, Args: values(args), Exec: true, Context: ctx, Start: now, End: now}
	d.note(func() { d.statements = append(d.statements, q) })
	return driver.RowsAffected(0), nil
}

func values(args []driver.NamedValue) (list []any) {
	for _, a := range args {
		list = append(list, a.Value)
	}
	return list
}
