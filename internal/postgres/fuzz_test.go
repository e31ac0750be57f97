package postgres

import (
	"bytes"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
)

// FuzzWire says anything to the database, as a client that then hangs up. It
// should answer in whole messages, end the session, and serve the next client.
func FuzzWire(f *testing.F) {
	hello := encode(f, &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "u", "database": "d"}})
	for _, messages := range [][]pgproto3.FrontendMessage{
		{&pgproto3.Query{String: ";"}},
		{&pgproto3.Query{String: "SELECT status FROM orders; BEGIN; SELECT 1/0; COMMIT"}},
		{&pgproto3.Parse{Query: "SELECT status FROM orders WHERE id = $1", ParameterOIDs: []uint32{20}}, &pgproto3.Describe{ObjectType: 'S'},
			&pgproto3.Bind{ParameterFormatCodes: []int16{0}, Parameters: [][]byte{[]byte("42")}, ResultFormatCodes: []int16{1}}, &pgproto3.Execute{}, &pgproto3.Sync{}},
		{&pgproto3.Parse{Name: "s", Query: "SELECT $1"}, &pgproto3.Bind{PreparedStatement: "s", DestinationPortal: "p", Parameters: [][]byte{nil}}, &pgproto3.Close{ObjectType: 'S', Name: "s"}, &pgproto3.Flush{}},
		{&pgproto3.Query{String: "SELECT pg_sleep(60)"}, &pgproto3.Terminate{}},
		{&pgproto3.CopyData{Data: []byte("x")}, &pgproto3.PasswordMessage{Password: "p"}},
	} {
		f.Add(hello, encode(f, messages...))
	}
	f.Add(encode(f, &pgproto3.SSLRequest{}), hello)
	f.Add(encode(f, &pgproto3.GSSEncRequest{}), hello)
	f.Add(encode(f, &pgproto3.CancelRequest{ProcessID: 1, SecretKey: []byte{1, 2, 3, 4}}), []byte{})
	f.Add([]byte{0, 0, 0, 4}, []byte{})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte{})
	f.Add(hello, []byte{'Q', 0xff, 0xff, 0xff, 0xff})

	d := started(f)
	addr := address(f, d)
	bye := encode(f, &pgproto3.Terminate{})
	f.Fuzz(func(t *testing.T, greeting, rest []byte) {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		_, _ = conn.Write(slices.Concat(greeting, rest, bye)) // it may have hung up already
		// Who waits for the rest of a message is told that there is none.
		hangUp := time.AfterFunc(20*time.Millisecond, func() { _ = conn.(*net.TCPConn).CloseWrite() })
		defer hangUp.Stop()
		answer, err := io.ReadAll(conn)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the session goes on after its client has gone: it has answered %q", answer)
		client := pgproto3.NewFrontend(bytes.NewReader(bytes.TrimLeft(answer, "N")), io.Discard) // N is to what asks for encryption
		for err = nil; err == nil; {
			_, err = client.Receive()
		}
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%q", answer)
		require.Zero(t, d.Stats().Connections)
	})
}

// encode writes messages as they go over the wire.
func encode(f *testing.F, messages ...pgproto3.FrontendMessage) []byte {
	var b []byte
	for _, m := range messages {
		var err error
		b, err = m.Encode(b)
		require.NoError(f, err)
	}
	return b
}
