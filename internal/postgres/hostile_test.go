package postgres

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
)

func address(t testing.TB, d *Database) string {
	u, err := url.Parse(d.URL())
	require.NoError(t, err)
	return u.Host
}

// Who speaks another protocol, or garbage, should disturb nobody.
func TestGarbage(t *testing.T) {
	d := started(t)
	db := connect(t, d.URL())
	require.NoError(t, db.Ping())
	conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", address(t, d))
	require.Error(t, err)
	require.Nil(t, conn)
	length := func(n uint32, rest string) string { return string(binary.BigEndian.AppendUint32(nil, n)) + rest }
	hello := length(8+15, "\x00\x03\x00\x00user\x00somebody\x00\x00")
	for _, text := range []string{
		"", "\x00", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", strings.Repeat("\x00", 100), strings.Repeat("\xff", 100),
		length(1<<31-1, "\x00\x03\x00\x00"), length(8, "\x00\x03\x00\x00"), length(9, "\x00\x03\x00\x00\x00"), length(8, "\x00\x09\x00\x00"),
		length(8, "\x04\xd2\x16\x2f") + length(8, "\x04\xd2\x16\x2f") + length(8, "\x04\xd2\x16\x2f") + length(8, "\x04\xd2\x16\x2f"),
		length(16, "\x04\xd2\x16\x2e\x00\x00\x00\x01\x00\x00\x00\x00"), // cancels with a guess
		hello + "garbage", hello + "Q" + length(1<<30, "SELECT"), hello + "Q" + length(3, ""), hello + "Q" + length(8, "SELE"), // no NUL
		hello + "B" + length(4+6, "\x00\x00\xff\xff\x00\x00"), hello + "P" + length(5, "x"), hello + "E" + length(6, "\x00\x00"), hello + "C" + length(4, ""),
		hello + "D" + length(6, "X\x00") + "H" + length(4, ""), hello + "F" + length(4, ""), hello + "d" + length(4, "") + "S" + length(4, ""), hello + "p" + length(5, "\x00"),
		hello + strings.Repeat("S"+length(4, ""), 5000), hello + strings.Repeat("H"+length(4, ""), 50000),
	} {
		conn, err := net.Dial("tcp", address(t, d))
		require.NoError(t, err)
		// The server may hang up at any moment; what counts comes below.
		go func() {
			_, _ = io.WriteString(conn, text)
			_ = conn.(*net.TCPConn).CloseWrite()
		}()
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		_, err = io.Copy(io.Discard, conn)
		require.NotErrorIs(t, err, context.DeadlineExceeded, "%.40q", text)
		if e, ok := err.(net.Error); ok {
			require.False(t, e.Timeout(), "%.40q", text)
		}
		_ = conn.Close()
	}
	require.Equal(t, "shipped", statusOf(t, db, 42))
	eventually(t, "they are gone", func() bool { return d.Stats().Connections == 1 })
}

// A message that is too large should be refused before it is read.
func TestLargeMessage(t *testing.T) {
	d := started(t)
	r := dial(t, d.URL())
	_, err := r.Conn.Write(append([]byte("Q"), 0x40, 0, 0, 0))
	require.NoError(t, err)
	m, err := r.Receive()
	require.NoError(t, err)
	require.Equal(t, "08P01", m.(*pgproto3.ErrorResponse).Code)
	_, err = r.Receive()
	require.Error(t, err)
}

// Who does not say who it is should be hung up on.
func TestSlowGreeting(t *testing.T) {
	d := startWithin(t, limits{greeting: 30 * time.Millisecond})
	conn, err := net.Dial("tcp", address(t, d))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = conn.Write([]byte{0, 0})
	require.NoError(t, err)
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

// The client after the last that may come should be told so, and those that are
// there should still be able to cancel.
func TestTooManyClients(t *testing.T) {
	d := started(t)
	db := connect(t, d.URL())
	var held []*sql.Conn
	for range maxSessions {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		held = append(held, conn)
	}
	require.Equal(t, maxSessions, d.Stats().Connections)
	_, err := db.Conn(t.Context())
	require.Equal(t, "53300", code(err))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = held[0].ExecContext(ctx, "SELECT pg_sleep(60)")
	require.Equal(t, "57014", code(err))
	require.Equal(t, 1, d.Stats().Cancelled)
	for _, conn := range held {
		_ = conn.Close() // the cancelled one is broken
	}
	require.NoError(t, db.Ping())
}

// A setting that would be ignored should be refused.
func TestSettings(t *testing.T) {
	d := started(t)
	require.NoError(t, connect(t, d.URL()+"&application_name=shop&timezone=UTC&max_protocol_version=3.2").Ping())
	err := connect(t, d.URL()+"&statement_timeout=1000").Ping()
	require.Equal(t, "0A000", code(err))
	require.ErrorContains(t, err, "the setting statement_timeout of a connection: not supported by the workshop's embedded database")
}

// Only who knows the secret should cancel, and only what runs.
func TestCancelRequests(t *testing.T) {
	d := started(t)
	r := dial(t, d.URL())
	cancel := func(id uint32, secret []byte) {
		conn, err := net.Dial("tcp", address(t, d))
		require.NoError(t, err)
		f := pgproto3.NewFrontend(conn, conn)
		f.Send(&pgproto3.CancelRequest{ProcessID: id, SecretKey: secret})
		require.NoError(t, f.Flush())
		_, err = conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		require.NoError(t, conn.Close())
	}
	cancel(r.key.ProcessID, r.key.SecretKey) // nothing runs
	require.Equal(t, []string{"columns 1:25:-1:0", "row 1", "done SELECT 1", "ready I"}, r.say(t, &pgproto3.Query{String: "SELECT 1"}))
	r.Send(&pgproto3.Query{String: "SELECT pg_sleep(60)"})
	require.NoError(t, r.Flush())
	eventually(t, "it runs", func() bool { return d.Stats().Running == 1 })
	wrong := slices.Clone(r.key.SecretKey)
	wrong[0] ^= 1
	cancel(r.key.ProcessID, wrong)
	cancel(r.key.ProcessID+1, r.key.SecretKey)
	cancel(r.key.ProcessID, append(slices.Clone(r.key.SecretKey), 0))
	require.Equal(t, 1, d.Stats().Running)
	cancel(r.key.ProcessID, r.key.SecretKey)
	var got []string
	for !slices.Contains(got, "ready") {
		m, err := r.Receive()
		require.NoError(t, err)
		switch m := m.(type) {
		case *pgproto3.ErrorResponse:
			got = append(got, m.Code)
		case *pgproto3.ReadyForQuery:
			got = append(got, "ready")
		case *pgproto3.RowDescription: // unless it was cancelled before it had columns
		default:
			got = append(got, fmt.Sprintf("%T", m))
		}
	}
	require.Equal(t, []string{"57014", "ready"}, got)
	require.Equal(t, 1, d.Stats().Cancelled)
}

// A query that needs too much memory should cost its client the connection at
// most, and nobody else anything.
func TestHungryQueries(t *testing.T) {
	d := started(t)
	db := connect(t, d.URL())
	const doubled = "WITH RECURSIVE big (s, i) AS (SELECT 'x', 0 UNION ALL SELECT s || s, i + 1 FROM big WHERE i < $1), n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 256) "
	_, err := db.Exec(doubled+"SELECT max(length(s)) FROM big", 40)
	require.Equal(t, "XX000", code(err))
	tx, err := db.Begin()
	require.NoError(t, err)
	exec(t, tx, "DELETE FROM orders")
	_, err = tx.Exec(doubled+"SELECT count(*) FROM (SELECT DISTINCT s || n.i FROM big, n WHERE big.i = 20) x", 20)
	require.ErrorIs(t, err, driver.ErrBadConn)
	_ = tx.Rollback()
	require.Equal(t, "shipped", statusOf(t, db, 42))
	exec(t, db, "UPDATE orders SET status = 'packed' WHERE id = 42")
	eventually(t, "nothing is left", func() bool { s := d.Stats(); return s.Connections <= 2 && s.Running == 0 && s.InTransaction == 0 })
}

// Close should end whatever runs, at once.
func TestClose(t *testing.T) {
	d, err := Start(t.Context(), "")
	require.NoError(t, err)
	db := connect(t, d.URL())
	tx, err := db.Begin()
	require.NoError(t, err)
	exec(t, tx, "DELETE FROM orders")
	failed := make(chan error)
	for _, query := range []string{"SELECT pg_sleep(60)", "DELETE FROM orders", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"} {
		go func() {
			_, err := db.ExecContext(context.WithoutCancel(t.Context()), query)
			failed <- err
		}()
	}
	idle, err := net.Dial("tcp", address(t, d))
	require.NoError(t, err)
	eventually(t, "they run", func() bool { return d.Stats().Running == 3 })
	began := time.Now()
	require.NoError(t, d.Close())
	require.Less(t, time.Since(began), 5*time.Second)
	for range 3 {
		require.Error(t, <-failed)
	}
	require.NoError(t, idle.Close())
	_ = tx.Rollback()
	require.Error(t, db.Ping())
	require.NoError(t, d.Close(), "again")
	require.Zero(t, d.Stats().Connections)
}

// The embedded database should be open to this machine alone.
func TestAddr(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:0": "use 127.0.0.1:0", ":5432": "use 127.0.0.1:5432", "example.com:1": "open to other machines", "5432": "missing port", "127.0.0.1:99999": "invalid port",
	} {
		_, err := Start(t.Context(), addr)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "start the embedded database: ")
	}
	d := started(t)
	_, err := Start(t.Context(), address(t, d))
	require.ErrorContains(t, err, address(t, d))
	require.Equal(t, "the embedded database on "+address(t, d), d.String())
	other := started(t)
	exec(t, connect(t, other.URL()), "DELETE FROM orders")
	require.Equal(t, "shipped", statusOf(t, connect(t, d.URL()), 42), "each has its own data")
}
