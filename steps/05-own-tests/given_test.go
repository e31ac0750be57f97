package owntests

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"

	handlerspans "otel.workshop/solutions/02-handler-spans"
)

// orders answers for the database, in the tests of the handler.
type orders func(ctx context.Context, id int64) (string, error)

func (f orders) Status(ctx context.Context, id int64) (string, error) { return f(ctx, id) }

// paid answers for the payment API.
func paid(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"state":"paid"}`) }

// service returns the shop's handler, with orders and a payment API that answer
// as the test wants. It ends with the test.
func service(t *testing.T, store orders, api http.HandlerFunc) http.Handler {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return handlerspans.NewHandler(store, handlerspans.NewPayments(server.URL))
}

// get asks the service for a path, as a caller would over HTTP: of ctx, its trace
// and its baggage travel along, in the request's headers.
func get(ctx context.Context, service http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(r.Header))
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	return w
}

// openDB returns a pool of connections to a database that answers each query as
// answer says: with one row, with none (sql.ErrNoRows), or with an error. The
// context is the query's. It ends with the test.
func openDB(t *testing.T, answer func(ctx context.Context, id int64) (status string, err error)) *sql.DB {
	t.Helper()
	db := sql.OpenDB(fakeConn{answer})
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// fakeConn is a connection, a statement, a transaction, and what makes them: none
// of them has anything to remember.
type fakeConn struct {
	answer func(ctx context.Context, id int64) (string, error)
}

func (c fakeConn) Connect(context.Context) (driver.Conn, error)                 { return c, nil }
func (c fakeConn) Driver() driver.Driver                                        { return nil }
func (c fakeConn) Prepare(string) (driver.Stmt, error)                          { return fakeStmt{c}, nil }
func (c fakeConn) Begin() (driver.Tx, error)                                    { return c, nil }
func (c fakeConn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return c, nil }
func (c fakeConn) Commit() error                                                { return nil }
func (c fakeConn) Rollback() error                                              { return nil }
func (c fakeConn) Close() error                                                 { return nil }
func (c fakeConn) NumInput() int                                                { return -1 }
func (c fakeConn) Exec([]driver.Value) (driver.Result, error)                   { return driver.ResultNoRows, nil }
func (c fakeConn) Query([]driver.Value) (driver.Rows, error)                    { return nil, errors.ErrUnsupported }
func (c fakeConn) QueryContext(ctx context.Context, _ string, args []driver.NamedValue) (driver.Rows, error) {
	id, _ := args[0].Value.(int64)
	status, err := c.answer(ctx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return &fakeRows{}, nil
	case err != nil:
		return nil, err
	}
	return &fakeRows{status: status, left: 1}, nil
}

// fakeStmt is asked without its text.
type fakeStmt struct{ fakeConn }

func (s fakeStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.fakeConn.QueryContext(ctx, "", args)
}

type fakeRows struct {
	status string
	left   int
}

func (r *fakeRows) Columns() []string { return []string{"status"} }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(to []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	to[0] = r.status
	return nil
}
