package proxy_test

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/proxy"
)

// stage is a proxy with the test on both sides.
type stage struct {
	*proxy.Postgres
	clientConn, serverConn net.Conn
	client                 *pgproto3.Frontend
	server                 *pgproto3.Backend
}

// limit is how long one side waits for the other.
const limit = 5 * time.Second

// newStage connects a client and plays the startup.
func newStage(t *testing.T) *stage {
	s := connect(t)
	s.client.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "workshop"}})
	require.NoError(t, s.client.Flush())
	_, err := s.server.ReceiveStartupMessage()
	require.NoError(t, err)
	s.answer(t, &pgproto3.AuthenticationOk{}, &pgproto3.BackendKeyData{ProcessID: 7, SecretKey: []byte("1234")}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
	s.expect(t, &pgproto3.AuthenticationOk{}, &pgproto3.BackendKeyData{ProcessID: 7, SecretKey: []byte("1234")}, &pgproto3.ReadyForQuery{TxStatus: 'I'})
	return s
}

func connect(t *testing.T) *stage {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	p, err := proxy.StartPostgres(ln.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	s := &stage{Postgres: p}
	s.clientConn, err = net.Dial("tcp", p.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.clientConn.Close() })
	s.serverConn, err = ln.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.serverConn.Close() })
	require.NoError(t, s.clientConn.SetDeadline(time.Now().Add(limit)))
	require.NoError(t, s.serverConn.SetDeadline(time.Now().Add(limit)))
	s.client = pgproto3.NewFrontend(s.clientConn, s.clientConn)
	s.server = pgproto3.NewBackend(s.serverConn, s.serverConn)
	return s
}

func (s *stage) ask(t *testing.T, messages ...pgproto3.FrontendMessage) {
	t.Helper()
	for _, m := range messages {
		s.client.Send(m)
	}
	require.NoError(t, s.client.Flush())
}

func (s *stage) answer(t *testing.T, messages ...pgproto3.BackendMessage) {
	t.Helper()
	for _, m := range messages {
		s.server.Send(m)
	}
	require.NoError(t, s.server.Flush())
}

// asked is what the server should get next.
func (s *stage) asked(t *testing.T, want ...pgproto3.FrontendMessage) {
	t.Helper()
	for _, w := range want {
		got, err := s.server.Receive()
		require.NoError(t, err)
		require.IsType(t, w, got)
		if q, ok := w.(*pgproto3.Query); ok {
			require.Equal(t, q, got)
		}
	}
}

// expect is what the client should get next.
func (s *stage) expect(t *testing.T, want ...pgproto3.BackendMessage) {
	t.Helper()
	for _, w := range want {
		got, err := s.client.Receive()
		require.NoError(t, err)
		require.Equal(t, w, got)
	}
}

var (
	cancelled = &pgproto3.ErrorResponse{Severity: "ERROR", Code: "57014", Message: "canceling statement due to user request"}
	done      = &pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")}
	nap       = &pgproto3.Query{String: "SELECT pg_sleep(1.5)"}
)

func ready(status byte) *pgproto3.ReadyForQuery { return &pgproto3.ReadyForQuery{TxStatus: status} }

func TestSleepIsSwallowed(t *testing.T) {
	s := newStage(t)
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.Query{String: "SELECT 1"})
	s.asked(t, nap)
	notice := &pgproto3.ParameterStatus{Name: "TimeZone", Value: "UTC"} // these may come at any time
	s.answer(t, &pgproto3.RowDescription{}, notice, &pgproto3.DataRow{Values: [][]byte{nil}}, done, ready('I'))
	s.asked(t, &pgproto3.Query{String: "SELECT 1"})
	s.answer(t, done, ready('T'))
	s.expect(t, notice, done, ready('T'))
}

// The client's whole cycle is answered by the error, wherever its parts are.
func TestCancelledCycle(t *testing.T) {
	s := newStage(t)
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.Parse{Query: "SELECT $1"}, &pgproto3.Describe{ObjectType: 'S'})
	s.asked(t, nap)
	s.answer(t, cancelled, ready('E'))
	s.expect(t, cancelled)
	s.ask(t, &pgproto3.Sync{})
	s.expect(t, ready('E'))

	// The transaction has failed: nothing is slow in it.
	s.ask(t, &pgproto3.Query{String: "ROLLBACK"})
	s.asked(t, &pgproto3.Query{String: "ROLLBACK"})
	s.answer(t, done, ready('I'))
	s.expect(t, done, ready('I'))
}

func TestSleepAheadOfWhat(t *testing.T) {
	sync := &pgproto3.Sync{}
	s := newStage(t)
	s.Slow(1500 * time.Millisecond)
	for _, cycle := range []struct {
		name     string
		messages []pgproto3.FrontendMessage
		slow     bool
	}{
		{"a nameless statement is parsed", []pgproto3.FrontendMessage{&pgproto3.Parse{Query: "SELECT 1"}, sync}, true},
		{"and run", []pgproto3.FrontendMessage{&pgproto3.Bind{}, &pgproto3.Execute{}, sync}, false},
		{"a named statement is parsed", []pgproto3.FrontendMessage{&pgproto3.Parse{Name: "1", Query: "SELECT 1"}, sync}, false},
		{"and run", []pgproto3.FrontendMessage{&pgproto3.Bind{PreparedStatement: "1"}, &pgproto3.Execute{}, sync}, true},
		{"and closed", []pgproto3.FrontendMessage{&pgproto3.Close{ObjectType: 'S', Name: "1"}, sync}, false},
	} {
		s.ask(t, cycle.messages...)
		if cycle.slow {
			s.asked(t, nap)
			s.answer(t, done, ready('I'))
		}
		s.asked(t, cycle.messages...)
		s.answer(t, done, ready('I'))
		s.expect(t, done, ready('I'))
	}
}

// A query that comes before the last one is answered waits for its turn.
func TestSleepWaitsForAnswers(t *testing.T) {
	s := newStage(t)
	s.ask(t, &pgproto3.Query{String: "SELECT 1"})
	s.asked(t, &pgproto3.Query{String: "SELECT 1"})
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.Query{String: "SELECT 2"})
	s.answer(t, done, ready('I'))
	s.expect(t, done, ready('I'))
	s.asked(t, nap)
	s.answer(t, done, ready('I'))
	s.asked(t, &pgproto3.Query{String: "SELECT 2"})
}

// The server learns at once that a client is gone, also while it sleeps.
func TestClientVanishes(t *testing.T) {
	s := newStage(t)
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.Query{String: "SELECT 1"}, &pgproto3.Terminate{})
	s.asked(t, nap)
	require.NoError(t, s.clientConn.Close())
	_, err := s.server.Receive()
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestServerVanishes(t *testing.T) {
	s := newStage(t)
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.Query{String: "SELECT 1"})
	s.asked(t, nap)
	shutdown := &pgproto3.ErrorResponse{Severity: "FATAL", Code: "57P01", Message: "terminating connection"}
	s.answer(t, shutdown)
	require.NoError(t, s.serverConn.Close())
	s.expect(t, shutdown)
	_, err := s.client.Receive()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// What client and server agree to encrypt is none of the proxy's business.
func TestEncrypted(t *testing.T) {
	s := connect(t)
	s.Slow(1500 * time.Millisecond)
	s.ask(t, &pgproto3.SSLRequest{})
	_, err := s.server.ReceiveStartupMessage()
	require.NoError(t, err)
	say := func(from, to net.Conn, what string) {
		_, err := from.Write([]byte(what))
		require.NoError(t, err)
		got := make([]byte, len(what))
		_, err = io.ReadFull(to, got)
		require.NoError(t, err)
		require.Equal(t, what, string(got))
	}
	say(s.serverConn, s.clientConn, "S")
	say(s.clientConn, s.serverConn, "Q: no message, whatever it looks like")
	say(s.serverConn, s.clientConn, "Z: neither is this")
}

// What is no PostgreSQL ends the connection, and nothing else.
func TestNonsense(t *testing.T) {
	for _, nonsense := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x00\x00\x00", "\x00\x00\x00\x08\xff\xff\xff\xff"} {
		s := connect(t)
		_, err := s.clientConn.Write([]byte(nonsense))
		require.NoError(t, err)
		_, err = s.clientConn.Read(make([]byte, 1))
		require.Error(t, err)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	}
}
