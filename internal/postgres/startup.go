package postgres

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// settings of a connection that can be taken as they come: who it is, how text
// is encoded, and how times are written, of which there are none.
var settings = []string{"user", "database", "application_name", "client_encoding", "datestyle", "timezone", "extra_float_digits"}

// greet answers what a client says before its first statement. It reports
// whether a session follows.
func (s *session) greet(conn net.Conn) bool {
	_ = conn.SetDeadline(time.Now().Add(s.server.limits.greeting)) // fails only on a closed connection, as does what follows
	for range 3 {                                                  // SSLRequest, GSSENCRequest, and what the client wants really
		message, err := s.wire.ReceiveStartupMessage()
		if err != nil {
			return false // no client of PostgreSQL: there is no answer it would read
		}
		switch m := message.(type) {
		case *pgproto3.SSLRequest, *pgproto3.GSSEncRequest:
			if _, err := conn.Write([]byte{'N'}); err != nil {
				return false
			}
		case *pgproto3.CancelRequest:
			s.server.cancel(m.ProcessID, m.SecretKey)
			return false // cancel requests are not answered
		case *pgproto3.StartupMessage:
			_ = conn.SetDeadline(time.Time{})
			return s.admit(m)
		}
	}
	return false
}

// admit reports whether a client may come in, and tells it why not.
func (s *session) admit(m *pgproto3.StartupMessage) bool {
	for name := range m.Parameters {
		if !slices.Contains(settings, strings.ToLower(name)) {
			s.fatal(unsupported("the setting %s of a connection", name))
			return false
		}
	}
	if !s.server.register(s) {
		s.fatal(sqlErrorf("53300", "sorry, too many clients already"))
		return false
	}
	return true
}

// welcome lets the client in, whoever it is: only programs of this machine can
// come, and there is nothing to steal.
func (s *session) welcome() {
	s.wire.Send(&pgproto3.AuthenticationOk{})
	for _, p := range [][2]string{
		{"server_version", "16.0"}, // whose behaviour is followed
		{"client_encoding", "UTF8"},
		{"DateStyle", "ISO, MDY"},
		{"TimeZone", "UTC"},
		{"standard_conforming_strings", "on"},
	} {
		s.wire.Send(&pgproto3.ParameterStatus{Name: p[0], Value: p[1]})
	}
	s.wire.Send(&pgproto3.BackendKeyData{ProcessID: s.id, SecretKey: s.secret})
}
