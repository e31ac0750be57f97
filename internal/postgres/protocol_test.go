package postgres

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/stretchr/testify/require"
)

// A raw client speaks the protocol itself.
type raw struct {
	*pgproto3.Frontend
	net.Conn
	key pgproto3.BackendKeyData
}

// dial connects as the user that needs no password.
func dial(t testing.TB, dsn string) *raw {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	conn, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // the test may have done it
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	r := &raw{Frontend: pgproto3.NewFrontend(conn, conn), Conn: conn}
	r.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "trusted", "database": u.Path[1:]}})
	require.NoError(t, r.Flush())
	for {
		m, err := r.Receive()
		require.NoError(t, err)
		switch m := m.(type) {
		case *pgproto3.BackendKeyData:
			r.key = pgproto3.BackendKeyData{ProcessID: m.ProcessID, SecretKey: append([]byte(nil), m.SecretKey...)}
		case *pgproto3.ErrorResponse:
			t.Fatal(m.Message)
		case *pgproto3.ReadyForQuery:
			return r
		}
	}
}

// say sends messages at once, and returns what is answered until the server is
// ready as often as it was asked to be.
func (r *raw) say(t testing.TB, messages ...pgproto3.FrontendMessage) (answers []string) {
	t.Helper()
	ready := 0
	for _, m := range messages {
		r.Send(m)
		switch m.(type) {
		case *pgproto3.Sync, *pgproto3.Query:
			ready++
		}
	}
	require.NoError(t, r.Flush())
	for ready > 0 {
		m, err := r.Receive()
		require.NoError(t, err, "after %v", answers)
		switch m := m.(type) {
		case *pgproto3.DataRow:
			values := make([]string, len(m.Values))
			for i, v := range m.Values {
				values[i] = string(v)
				if v == nil {
					values[i] = "NULL"
				}
			}
			answers = append(answers, "row "+strings.Join(values, "|"))
		case *pgproto3.RowDescription:
			var fields []string
			for _, f := range m.Fields {
				field := fmt.Sprintf("%s:%d:%d:%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.Format)
				if string(f.Name) == "n" { // an expression, whose type is not told alike
					field = "n"
				}
				fields = append(fields, field)
			}
			answers = append(answers, "columns "+strings.Join(fields, " "))
		case *pgproto3.ParameterDescription:
			answers = append(answers, fmt.Sprint("parameters ", m.ParameterOIDs))
		case *pgproto3.CommandComplete:
			answers = append(answers, "done "+string(m.CommandTag))
		case *pgproto3.ErrorResponse:
			answers = append(answers, m.Severity+" "+m.Code)
		case *pgproto3.ReadyForQuery:
			answers = append(answers, "ready "+string(m.TxStatus))
			ready--
		case *pgproto3.NoticeResponse, *pgproto3.ParameterStatus: // PostgreSQL tells more than is needed
		default:
			answers = append(answers, strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3."))
		}
	}
	return answers
}

// Messages should be answered alike, one by one.
func TestProtocol(t *testing.T) {
	parse := func(name, query string) *pgproto3.Parse { return &pgproto3.Parse{Name: name, Query: query} }
	bind := func(name string, values ...string) *pgproto3.Bind {
		b := &pgproto3.Bind{PreparedStatement: name}
		for _, v := range values {
			b.Parameters = append(b.Parameters, []byte(v))
		}
		return b
	}
	query := func(sql string) *pgproto3.Query { return &pgproto3.Query{String: sql} }
	execute, sync := &pgproto3.Execute{}, &pgproto3.Sync{}
	tests := []struct {
		name string
		say  []pgproto3.FrontendMessage
		want []string
	}{
		{"empty", []pgproto3.FrontendMessage{query(";"), parse("", ""), bind(""), &pgproto3.Describe{ObjectType: 'P'}, execute, sync},
			[]string{"EmptyQueryResponse", "ready I", "ParseComplete", "BindComplete", "NoData", "EmptyQueryResponse", "ready I"}},
		{"several results", []pgproto3.FrontendMessage{query("SELECT id FROM t WHERE id = 1; DELETE FROM t WHERE id < 0; SELECT name FROM t WHERE id = 2")},
			[]string{"columns id:20:8:0", "row 1", "done SELECT 1", "done DELETE 0", "columns name:25:-1:0", "row NULL", "done SELECT 1", "ready I"}},
		{"describe", []pgproto3.FrontendMessage{parse("d", "SELECT id, name FROM t WHERE id = $1 AND name <> $2"), &pgproto3.Describe{ObjectType: 'S', Name: "d"}, sync},
			[]string{"ParseComplete", "parameters [20 25]", "columns id:20:8:0 name:25:-1:0", "ready I"}},
		{"binary", []pgproto3.FrontendMessage{
			&pgproto3.Bind{PreparedStatement: "d", ParameterFormatCodes: []int16{1, 0}, Parameters: [][]byte{{0, 0, 0, 0, 0, 0, 0, 1}, []byte("x")}, ResultFormatCodes: []int16{1, 0}},
			&pgproto3.Describe{ObjectType: 'P'}, execute, sync},
			[]string{"BindComplete", "columns id:20:8:1 name:25:-1:0", "row \x00\x00\x00\x00\x00\x00\x00\x01|one", "done SELECT 1", "ready I"}},
		{"null", []pgproto3.FrontendMessage{
			&pgproto3.Bind{PreparedStatement: "d", Parameters: [][]byte{nil, nil}, ResultFormatCodes: []int16{1}}, execute, sync},
			[]string{"BindComplete", "done SELECT 0", "ready I"}},
		{"nothing to describe", []pgproto3.FrontendMessage{parse("n", "DELETE FROM t WHERE id = $1"), &pgproto3.Describe{ObjectType: 'S', Name: "n"}, sync},
			[]string{"ParseComplete", "parameters [20]", "NoData", "ready I"}},
		{"close", []pgproto3.FrontendMessage{&pgproto3.Close{ObjectType: 'S', Name: "n"}, &pgproto3.Close{ObjectType: 'P', Name: "none"}, bind("n", "1"), execute, sync},
			[]string{"CloseComplete", "CloseComplete", "ERROR 26000", "ready I"}},
		{"no portal", []pgproto3.FrontendMessage{execute, sync, &pgproto3.Describe{ObjectType: 'P', Name: "p"}, sync, &pgproto3.Describe{ObjectType: 'S', Name: "p"}, sync},
			[]string{"ERROR 34000", "ready I", "ERROR 34000", "ready I", "ERROR 26000", "ready I"}},
		{"too few parameters", []pgproto3.FrontendMessage{bind("d", "1"), sync}, []string{"ERROR 08P01", "ready I"}},
		{"several in one", []pgproto3.FrontendMessage{parse("", "SELECT 1; SELECT 2"), sync}, []string{"ERROR 42601", "ready I"}},
		{"a pipeline is a transaction", []pgproto3.FrontendMessage{
			parse("i", "INSERT INTO t (id, name) VALUES ($1, $2)"), bind("i", "10", "x"), execute, bind("i", "11", "y"), execute, bind("i", "1", "z"), execute, sync,
			query("SELECT max(id) AS n FROM t"), bind("i", "10", "x"), execute, bind("i", "11", "y"), execute, sync, query("SELECT id FROM t WHERE id > 2 ORDER BY id")},
			[]string{"ParseComplete", "BindComplete", "done INSERT 0 1", "BindComplete", "done INSERT 0 1", "BindComplete", "ERROR 23505", "ready I",
				"columns n", "row 2", "done SELECT 1", "ready I", "BindComplete", "done INSERT 0 1", "BindComplete", "done INSERT 0 1", "ready I",
				"columns id:20:8:0", "row 10", "row 11", "done SELECT 2", "ready I"}},
		{"transactions", []pgproto3.FrontendMessage{query("BEGIN"), query("begin transaction"), query("SELECT * FROM nowhere"), query("SELECT 1"), query("COMMIT"), query("COMMIT"), query("BEGIN READ ONLY"), query("DELETE FROM t"), query("ROLLBACK")},
			[]string{"done BEGIN", "ready T", "done BEGIN", "ready T", "ERROR 42P01", "ready E", "ERROR 25P02", "ready E", "done ROLLBACK", "ready I", "done COMMIT", "ready I", "done BEGIN", "ready T", "ERROR 25006", "ready E", "done ROLLBACK", "ready I"}},
		{"a transaction in extended queries", []pgproto3.FrontendMessage{parse("", "BEGIN"), bind(""), execute, sync, parse("", "SELECT 1"), bind(""), execute, sync, parse("", "COMMIT"), bind(""), execute, sync},
			[]string{"ParseComplete", "BindComplete", "done BEGIN", "ready T", "ParseComplete", "BindComplete", "row 1", "done SELECT 1", "ready T", "ParseComplete", "BindComplete", "done COMMIT", "ready I"}},
		{"a parameter in a simple query", []pgproto3.FrontendMessage{query("SELECT name FROM t WHERE id = $1")}, []string{"ERROR 42P02", "ready I"}},
		{"begin after a statement", []pgproto3.FrontendMessage{query("INSERT INTO t (id) VALUES (20); BEGIN; INSERT INTO t (id) VALUES (21)"), query("ROLLBACK"), query("SELECT id FROM t WHERE id >= 20")},
			[]string{"done INSERT 0 1", "done BEGIN", "done INSERT 0 1", "ready T", "done ROLLBACK", "ready I", "columns id:20:8:0", "done SELECT 0", "ready I"}},
	}
	onBoth(t, func(t *testing.T, tg target) {
		exec(t, connect(t, tg.url), "CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'one'), (2, NULL)")
		r := dial(t, tg.url)
		for _, tt := range tests {
			require.Equal(t, tt.want, r.say(t, tt.say...), tt.name)
		}
		// A query that is skipped is not answered: only the Sync is.
		r.Send(bind("nowhere"))
		r.Send(query("SELECT 1"))
		require.Equal(t, []string{"ERROR 26000", "ready I"}, r.say(t, sync))
		// Flush sends what there is.
		r.Send(parse("", "SELECT 1"))
		r.Send(&pgproto3.Flush{})
		require.NoError(t, r.Flush())
		m, err := r.Receive()
		require.NoError(t, err)
		require.IsType(t, &pgproto3.ParseComplete{}, m)
		require.Equal(t, []string{"ready I"}, r.say(t, sync))
		r.Send(&pgproto3.Terminate{})
		require.NoError(t, r.Flush())
		_, err = r.Receive()
		require.Error(t, err)
	})
}
