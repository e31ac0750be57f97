package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgproto3"
)

// maxPrepared is how many statements, and how many portals, a client may keep.
const maxPrepared = 1000

// A portal is a statement with the values of its parameters, ready to run.
type portal struct {
	statement *statement
	values    []any
	binary    []bool // for each column, whether it is sent in binary format
}

// extended answers a message of the extended query protocol.
func (s *session) extended(message pgproto3.FrontendMessage) error {
	switch m := message.(type) {
	case *pgproto3.Parse:
		return s.parse(m)
	case *pgproto3.Bind:
		return s.bind(m)
	case *pgproto3.Describe:
		return s.describe(m)
	case *pgproto3.Execute:
		return s.runPortal(m)
	case *pgproto3.Close:
		if m.ObjectType == 'S' {
			s.forget(m.Name)
		} else {
			delete(s.portals, m.Name)
		}
		s.wire.Send(&pgproto3.CloseComplete{})
		return nil
	}
	return unsupported("the message %T", message)
}

func (s *session) parse(m *pgproto3.Parse) error {
	list, err := lex(m.Query)
	if err != nil {
		return err
	}
	all := split(list)
	switch {
	case len(all) > 1:
		return sqlErrorf("42601", "cannot insert multiple commands into a prepared statement")
	case m.Name != "" && s.statements[m.Name] != nil:
		return sqlErrorf("42P05", "prepared statement %q already exists", m.Name)
	case len(s.statements) >= maxPrepared:
		return sqlErrorf("53400", "more than %d prepared statements: close those that are not needed", maxPrepared)
	}
	st := new(statement)
	if len(all) == 1 {
		if err := s.admit(all[0]); err != nil {
			return err
		}
		if st, err = s.db.prepare(m.Query, all[0], m.ParameterOIDs); err != nil {
			return err
		}
	}
	s.forget(m.Name)
	s.statements[m.Name] = st
	s.wire.Send(&pgproto3.ParseComplete{})
	return nil
}

// forget closes a statement, with the portals that are made of it.
func (s *session) forget(name string) {
	st := s.statements[name]
	if st == nil {
		return
	}
	delete(s.statements, name)
	for name, p := range s.portals {
		if p.statement == st {
			delete(s.portals, name)
		}
	}
	st.close()
}

func (s *session) bind(m *pgproto3.Bind) error {
	st := s.statements[m.PreparedStatement]
	switch {
	case st == nil:
		return sqlErrorf("26000", "prepared statement %q does not exist", m.PreparedStatement)
	case len(m.Parameters) != len(st.params):
		return sqlErrorf("08P01", "bind message supplies %d parameters, but prepared statement %q requires %d", len(m.Parameters), m.PreparedStatement, len(st.params))
	case len(s.portals) >= maxPrepared:
		return sqlErrorf("53400", "more than %d portals", maxPrepared)
	}
	formats, err := spread(m.ParameterFormatCodes, len(m.Parameters))
	if err != nil {
		return err
	}
	p := &portal{statement: st, values: make([]any, len(m.Parameters))}
	for i, value := range m.Parameters { // they are read here and now: the next message overwrites them
		switch {
		case value == nil:
		case formats[i]:
			p.values[i], err = st.params[i].parseBinary(value)
		default:
			p.values[i], err = st.params[i].parse(string(value))
		}
		if err != nil {
			return err
		}
	}
	if p.binary, err = spread(m.ResultFormatCodes, len(st.columns)); err != nil {
		return err
	}
	s.portals[m.DestinationPortal] = p
	s.wire.Send(&pgproto3.BindComplete{})
	return nil
}

// spread returns for each of n values whether it is binary: no codes mean text,
// one code is for all.
func spread(codes []int16, n int) ([]bool, error) {
	if len(codes) > 1 && len(codes) != n {
		return nil, sqlErrorf("08P01", "bind message has %d formats for %d values", len(codes), n)
	}
	binary := make([]bool, n)
	for i := range binary {
		switch {
		case len(codes) == 1:
			binary[i] = codes[0] == pgproto3.BinaryFormat
		case len(codes) > 1:
			binary[i] = codes[i] == pgproto3.BinaryFormat
		}
	}
	return binary, nil
}

func (s *session) describe(m *pgproto3.Describe) error {
	if m.ObjectType == 'P' {
		p := s.portals[m.Name]
		if p == nil {
			return sqlErrorf("34000", "portal %q does not exist", m.Name)
		}
		s.wire.Send(p.statement.describe(p.binary))
		return nil
	}
	st := s.statements[m.Name]
	if st == nil {
		return sqlErrorf("26000", "prepared statement %q does not exist", m.Name)
	}
	d := new(pgproto3.ParameterDescription)
	for _, p := range st.params {
		if p == looseType {
			p = textType
		}
		d.ParameterOIDs = append(d.ParameterOIDs, uint32(p))
	}
	s.wire.Send(d)
	s.wire.Send(st.describe(nil))
	return nil
}

func (s *session) runPortal(m *pgproto3.Execute) error {
	p := s.portals[m.Portal]
	switch {
	case p == nil:
		return sqlErrorf("34000", "portal %q does not exist", m.Portal)
	case m.MaxRows > 0:
		return unsupported("a portal with a limit of rows")
	case p.statement.tag == "":
		s.wire.Send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	return s.interruptible(func(ctx context.Context) error {
		return s.execute(ctx, p.statement, p.values, p.binary)
	})
}
