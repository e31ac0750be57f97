package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgproto3"
)

// flushAfter is how many bytes of rows wait before they are sent.
const flushAfter = 32 << 10

// simpleQuery runs a text of one or more statements, whose rows are sent as
// text.
func (s *session) simpleQuery(sql string) error {
	list, err := lex(sql)
	if err != nil {
		return err
	}
	all := split(list)
	if len(all) == 0 {
		s.wire.Send(&pgproto3.EmptyQueryResponse{}) // what database/sql's Ping is answered
		return nil
	}
	return s.interruptible(func(ctx context.Context) error {
		for _, tokens := range all {
			if err := s.runOnce(ctx, sql, tokens); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *session) runOnce(ctx context.Context, sql string, tokens []token) error {
	if err := s.admit(tokens); err != nil {
		return err
	}
	st, err := s.db.prepare(sql, tokens, nil)
	if err != nil {
		return err
	}
	defer st.close()
	if len(st.params) > 0 {
		return sqlErrorf("42P02", "there is no parameter $1")
	}
	if len(st.columns) > 0 {
		s.wire.Send(st.describe(nil))
	}
	return s.execute(ctx, st, nil, nil)
}

// admit refuses everything but the end of a transaction that has failed.
func (s *session) admit(tokens []token) error {
	if s.block.status != broken {
		return nil
	}
	if tag, err := command(tokens); err == nil && (tag == "COMMIT" || tag == "ROLLBACK") {
		return nil
	}
	return sqlErrorf("25P02", "current transaction is aborted, commands ignored until end of transaction block")
}

// execute runs a statement to its end and sends its rows.
func (s *session) execute(ctx context.Context, st *statement, values []any, binary []bool) error {
	if st.stmt == nil {
		tag, err := s.transact(st)
		if err == nil {
			s.wire.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
		}
		return err
	}
	if !st.stmt.ReadOnly() {
		if err := s.write(ctx, st.tag); err != nil {
			return err
		}
	}
	if err := st.bind(values); err != nil {
		return err
	}
	rows, err := s.sendRows(st, binary)
	if err != nil {
		_ = st.stmt.Reset() // tells the same error
		return err
	}
	if err := st.stmt.Reset(); err != nil {
		return err
	}
	if err := st.stmt.ClearBindings(); err != nil {
		return err
	}
	s.wire.Send(&pgproto3.CommandComplete{CommandTag: []byte(st.complete(rows, s.db.Changes()))})
	return nil
}

func (s *session) sendRows(st *statement, binary []bool) (rows int, err error) {
	values := make([]any, len(st.columns))
	row := &pgproto3.DataRow{Values: make([][]byte, len(st.columns))}
	for st.stmt.Step() {
		if len(values) == 0 {
			continue
		}
		if err := st.stmt.Columns(values...); err != nil {
			return rows, err
		}
		for i, c := range st.columns {
			if row.Values[i], err = c.dataType.format(values[i], binary != nil && binary[i]); err != nil {
				return rows, err
			}
			s.unsent += len(row.Values[i]) + 4
		}
		s.wire.Send(row)
		rows++
		if s.unsent > flushAfter {
			if err := s.flush(); err != nil {
				return rows, err
			}
		}
	}
	return rows, st.stmt.Err()
}
