package postgres

import (
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

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
			if m.ProtocolVersion != pgproto3.ProtocolVersion30 {
				s.wire.Send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: 0})
			}
			for name := range m.Parameters {
				if !known(name) {
					s.fatal(unsupported("the setting %s of a connection", name))
					return false
				}
			}
			if !s.server.register(s) {
				s.fatal(sqlErrorf("53300", "sorry, too many clients already"))
				return false
			}
			_ = conn.SetDeadline(time.Time{})
			return true
		}
	}
	return false
}

// known reports whether a setting of a connection can be taken as it comes: who
// it is, how text is encoded and time is written, of which there is none, and
// extensions of the protocol, which are optional.
func known(setting string) bool {
	switch strings.ToLower(setting) {
	case "user", "database", "application_name", "client_encoding", "datestyle", "timezone", "extra_float_digits":
		return true
	}
	return strings.HasPrefix(setting, "_pq_.")
}

// welcome lets the client in, whoever it is: only programs of this machine can
// come, and there is nothing to steal.
func (s *session) welcome() {
	s.wire.Send(&pgproto3.AuthenticationOk{})
	for _, p := range [][2]string{
		{"server_version", version},
		{"server_encoding", "UTF8"},
		{"client_encoding", "UTF8"},
		{"DateStyle", "ISO, MDY"},
		{"TimeZone", "UTC"},
		{"integer_datetimes", "on"},
		{"standard_conforming_strings", "on"},
	} {
		s.wire.Send(&pgproto3.ParameterStatus{Name: p[0], Value: p[1]})
	}
	s.wire.Send(&pgproto3.BackendKeyData{ProcessID: s.id, SecretKey: s.secret})
}
