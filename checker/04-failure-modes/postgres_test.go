package failuremodes_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// newPostgres starts a server that speaks PostgreSQL's protocol and answers
// every query with one order that is shipped, and returns its URL: enough for a
// program that opens its database by itself.
func newPostgres(t *testing.T) (url string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // the test is over
			}
			go func() {
				defer conn.Close()
				_ = speakPostgres(conn) // it ends when the program hangs up
			}()
		}
	})
	t.Cleanup(func() {
		_ = ln.Close() // nobody is left to tell
		all.Wait()
	})
	return "postgres://workshop@" + ln.Addr().String() + "/workshop?sslmode=disable"
}

var statusColumn = pgproto3.FieldDescription{Name: []byte("status"), DataTypeOID: 25, DataTypeSize: -1, TypeModifier: -1}

func speakPostgres(conn io.ReadWriter) error {
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return err
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 1}})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if err := b.Flush(); err != nil {
		return err
	}
	prepared := "" // what the last Parse was about: lib/pq does not interleave
	for {
		msg, err := b.Receive()
		if err != nil {
			return err
		}
		switch msg := msg.(type) {
		case *pgproto3.Query:
			answerQuery(b, msg.String, true)
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Parse:
			prepared = msg.Query
			b.Send(&pgproto3.ParseComplete{})
		case *pgproto3.Describe:
			if msg.ObjectType == 'S' {
				b.Send(&pgproto3.ParameterDescription{ParameterOIDs: make([]uint32, strings.Count(prepared, "$"))})
			}
			if isSelect(prepared) {
				b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{statusColumn}})
			} else {
				b.Send(&pgproto3.NoData{})
			}
		case *pgproto3.Bind:
			b.Send(&pgproto3.BindComplete{})
		case *pgproto3.Execute:
			answerQuery(b, prepared, false)
		case *pgproto3.Close:
			b.Send(&pgproto3.CloseComplete{})
		case *pgproto3.Sync:
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Terminate:
			return nil
		case *pgproto3.Flush:
		default:
			return errors.New("not a message that lib/pq sends")
		}
		if err := b.Flush(); err != nil {
			return err
		}
	}
}

func isSelect(query string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(query)), "SELECT")
}

// answerQuery sends what a query gives; described says whether its columns
// have to be told, too.
func answerQuery(b *pgproto3.Backend, query string, described bool) {
	verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(query)), " ")
	switch {
	case strings.Trim(query, "; ") == "":
		b.Send(&pgproto3.EmptyQueryResponse{})
	case isSelect(query):
		if described {
			b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{statusColumn}})
		}
		b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte("shipped")}})
		b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
	default:
		b.Send(&pgproto3.CommandComplete{CommandTag: []byte(verb)})
	}
}
