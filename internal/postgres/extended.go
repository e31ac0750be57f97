package postgres

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A portal is a statement with the values of its parameters, ready to run.
type portal struct {
	statement *statement
	values    []any   // nil, int64 or string
	formats   []int16 // of the columns
}

// extended answers a message of the extended query protocol. A client has any
// number of prepared statements, and one portal.
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
		} else if m.Name == "" {
			s.portal = nil
		}
		s.wire.Send(&pgproto3.CloseComplete{})
		return nil
	}
	return unsupported("the message %T", message)
}

func (s *session) parse(m *pgproto3.Parse) error {
	if slices.ContainsFunc(m.ParameterOIDs, func(oid uint32) bool { return oid != 0 }) {
		return unsupported("a parameter whose type the client tells")
	}
	st, rest, err := s.prepare(m.Query)
	switch {
	case err != nil:
		return err
	case st == nil:
		st = new(statement)
	case skipBlank(rest) != "":
		finalize(st.stmt)
		return sqlErrorf("42601", "cannot insert multiple commands into a prepared statement")
	}
	s.forget(m.Name)
	s.statements[m.Name] = st
	s.wire.Send(&pgproto3.ParseComplete{})
	return nil
}

// forget closes a statement, and the portal if it is made of it.
func (s *session) forget(name string) {
	st := s.statements[name]
	if st == nil {
		return
	}
	delete(s.statements, name)
	if s.portal != nil && s.portal.statement == st {
		s.portal = nil
	}
	finalize(st.stmt)
}

func (s *session) bind(m *pgproto3.Bind) error {
	st := s.statements[m.PreparedStatement]
	switch {
	case st == nil:
		return sqlErrorf("26000", "prepared statement %q does not exist", m.PreparedStatement)
	case m.DestinationPortal != "":
		return unsupported("a portal with a name")
	case len(m.Parameters) != len(st.params):
		return sqlErrorf("08P01", "bind message supplies %d parameters, but prepared statement %q requires %d", len(m.Parameters), m.PreparedStatement, len(st.params))
	}
	p := &portal{statement: st, values: make([]any, len(m.Parameters)), formats: m.ResultFormatCodes}
	for i, value := range m.Parameters { // they are read here and now: the next message overwrites them
		var err error
		if p.values[i], err = parameter(st.params[i], value, format(m.ParameterFormatCodes, i)); err != nil {
			return err
		}
	}
	s.portal = p
	s.wire.Send(&pgproto3.BindComplete{})
	return nil
}

// parameter reads the value of a parameter and returns what SQLite shall have:
// nil, an int64 or a string.
//
// SQLite finds that no number equals a text, unless it knows one of them from a
// column's type. So text that can be written back from a number is one, which
// makes no difference where text is expected.
func parameter(oid uint32, value []byte, format int16) (any, error) {
	if value == nil {
		return nil, nil
	}
	if format == pgproto3.BinaryFormat && oid == int8OID {
		if len(value) != 8 {
			return nil, sqlErrorf("22P03", "incorrect binary data format in a bigint parameter")
		}
		return int64(binary.BigEndian.Uint64(value)), nil
	}
	s := string(value)
	if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		return nil, sqlErrorf("22021", "invalid byte sequence for encoding \"UTF8\"")
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	switch {
	case oid == int8OID && err != nil:
		return nil, notANumber(s)
	case oid == int8OID || err == nil && strconv.FormatInt(n, 10) == s:
		return n, nil
	}
	return s, nil
}

// format returns how the value i is sent: no codes mean text, one is for all.
func format(codes []int16, i int) int16 {
	if len(codes) == 0 {
		return pgproto3.TextFormat
	}
	return codes[min(i, len(codes)-1)]
}

func (s *session) describe(m *pgproto3.Describe) error {
	if m.ObjectType == 'P' {
		if s.portal == nil || m.Name != "" {
			return sqlErrorf("34000", "portal %q does not exist", m.Name)
		}
		s.wire.Send(s.portal.statement.describe(s.portal.formats))
		return nil
	}
	st := s.statements[m.Name]
	if st == nil {
		return sqlErrorf("26000", "prepared statement %q does not exist", m.Name)
	}
	s.wire.Send(&pgproto3.ParameterDescription{ParameterOIDs: st.params})
	s.wire.Send(st.describe(nil))
	return nil
}

func (s *session) runPortal(m *pgproto3.Execute) error {
	switch p := s.portal; {
	case p == nil || m.Portal != "":
		return sqlErrorf("34000", "portal %q does not exist", m.Portal)
	case m.MaxRows > 0:
		return unsupported("a portal with a limit of rows")
	case p.statement.tag == "":
		s.wire.Send(&pgproto3.EmptyQueryResponse{})
		return nil
	default:
		return s.interruptible(func(ctx context.Context) error { return s.execute(ctx, p) })
	}
}
