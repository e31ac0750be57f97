package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/ncruces/go-sqlite3"
)

// flushAfter is how many bytes of rows wait before they are sent.
const flushAfter = 32 << 10

// simpleQuery runs a text of one or more statements, whose rows are sent as
// text.
func (s *session) simpleQuery(sql string) error {
	return s.interruptible(func(ctx context.Context) error {
		st, rest, err := s.prepare(sql)
		if err == nil && st == nil {
			s.wire.Send(&pgproto3.EmptyQueryResponse{}) // what database/sql's Ping is answered
		}
		for err == nil && st != nil {
			if err = s.runOnce(ctx, st); err == nil {
				st, rest, err = s.prepare(rest)
			}
		}
		return err
	})
}

func (s *session) runOnce(ctx context.Context, st *statement) error {
	defer finalize(st.stmt)
	if len(st.params) > 0 {
		return sqlErrorf("42P02", "there is no parameter $1")
	}
	if len(st.columns) > 0 {
		s.wire.Send(st.describe(nil))
	}
	return s.execute(ctx, &portal{statement: st})
}

// prepare makes a statement of the first one in a text, and returns what
// follows it. The statement is nil when there is none.
func (s *session) prepare(sql string) (st *statement, rest string, err error) {
	sql = skipBlank(sql)
	if sql == "" {
		return nil, "", nil
	}
	st, rest = parseTransaction(sql)
	switch {
	case s.status.Load() == broken && (st == nil || st.tag == "BEGIN"):
		return nil, "", sqlErrorf("25P02", "current transaction is aborted, commands ignored until end of transaction block")
	case st != nil:
		return st, rest, nil
	}
	return s.db.prepare(sql)
}

// execute runs a statement to its end and sends its rows.
func (s *session) execute(ctx context.Context, p *portal) error {
	st := p.statement
	if st.stmt == nil {
		return s.transact(st)
	}
	if !st.stmt.ReadOnly() {
		if err := s.write(ctx, st.tag); err != nil {
			return err
		}
	}
	if err := st.bind(p.values); err != nil {
		return err
	}
	rows, err := s.sendRows(p)
	if err != nil {
		_ = st.stmt.Reset() // tells the same error
		return err
	}
	if err := errors.Join(st.stmt.Reset(), st.stmt.ClearBindings()); err != nil {
		return err
	}
	s.complete(st.tag, rows, s.db.Changes())
	return nil
}

// complete tells the client what was done.
func (s *session) complete(tag string, rows int, changed int64) {
	switch tag {
	case "SELECT":
		tag = fmt.Sprint(tag, " ", rows)
	case "INSERT":
		tag = fmt.Sprint(tag, " 0 ", changed)
	case "UPDATE", "DELETE":
		tag = fmt.Sprint(tag, " ", changed)
	}
	s.wire.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

func (s *session) sendRows(p *portal) (rows int, err error) {
	st := p.statement
	row := &pgproto3.DataRow{Values: make([][]byte, len(st.columns))}
	for st.stmt.Step() {
		rows++
		if len(st.columns) == 0 {
			continue
		}
		for i := range st.columns {
			if row.Values[i], err = st.value(i, format(p.formats, i)); err != nil {
				return rows, err
			}
			s.unsent += len(row.Values[i]) + 4
		}
		s.wire.Send(row) // copies the values, which are SQLite's
		if s.unsent > flushAfter {
			if err := s.flush(); err != nil {
				return rows, err
			}
		}
	}
	return rows, st.stmt.Err()
}

// value returns a column of the current row. It belongs to SQLite, until the
// next step.
func (st *statement) value(i int, format int16) ([]byte, error) {
	is := st.stmt.ColumnType(i)
	switch {
	case is == sqlite3.NULL:
		return nil, nil
	case st.columns[i] == int8OID && is != sqlite3.INTEGER: // such as a UNION of numbers and text
		return nil, notANumber(st.stmt.ColumnText(i))
	case st.columns[i] == int8OID && format == pgproto3.BinaryFormat:
		return binary.BigEndian.AppendUint64(nil, uint64(st.stmt.ColumnInt64(i))), nil
	}
	return st.stmt.ColumnRawText(i), nil
}

// interruptible runs something for the client so that a cancel request, its
// end and the server's end interrupt it.
func (s *session) interruptible(run func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	s.running.Store(&cancel)
	defer s.running.Store(nil)
	s.db.SetInterrupt(ctx)
	defer s.db.SetInterrupt(context.Background())
	err := run(ctx)
	if ctx.Err() == nil || !errors.Is(err, sqlite3.INTERRUPT) && !errors.Is(err, errCancelled) {
		return err
	}
	switch context.Cause(ctx) {
	case errGone:
		s.server.abandoned.Add(1)
	case errCancelled:
		s.server.cancelled.Add(1)
	}
	return errCancelled
}
