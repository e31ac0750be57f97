// Package database is a driver for database/sql that does what a check wants
// of it: no server and no network, so that it runs in a bubble of fake time,
// and fails in all the ways in which lib/pq does.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/lib/pq"
)

// A Database holds orders. Safe for concurrent use; set the fields before.
type Database struct {
	Orders map[int64]string        // status by id
	Takes  time.Duration           // how long each query takes
	Fails  map[int64]error         // what asking for an order fails with
	Varies map[int64]time.Duration // how long asking for an order takes, if not Takes
	Panics map[int64]any           // what asking for an order panics with

	mu      sync.Mutex
	queries []Query
	cut     int
}

// A Query is what the database was asked.
type Query struct {
	Text string
	Args []any
}

// Open returns a pool of connections to d. Close it.
func (d *Database) Open() *sql.DB { return sql.OpenDB(connector{d}) }

// Queries returns what was asked so far.
func (d *Database) Queries() []Query {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Query(nil), d.queries...)
}

// Cut counts the queries that were ended by their context.
func (d *Database) Cut() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cut
}

// Errors as lib/pq v1.12.3 returns them, compared with PostgreSQL 15.
//
// A query that its context ends while it runs is canceled at the server, and
// comes back as the server's error: it wraps no error of the context. One whose
// context has ended before, or ends while it waits for a connection, never
// reaches the driver: database/sql returns the context's own error.
var (
	ErrCanceled   error = &pq.Error{Severity: "ERROR", Code: "57014", Message: "canceling statement due to user request"}
	ErrDiskFull   error = &pq.Error{Severity: "ERROR", Code: "53100", Message: "could not write to file: No space left on device"}
	ErrConnection error = &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5432},
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}
)

// NoTable is the error of a table that does not exist.
func NoTable(name string) error {
	return &pq.Error{Severity: "ERROR", Code: "42P01", Message: `relation "` + name + `" does not exist`}
}

// query takes its time and answers with the rows of an order.
func (d *Database) query(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	q := Query{Text: text}
	for _, a := range args {
		q.Args = append(q.Args, a.Value)
	}
	id, err := q.order()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.queries = append(d.queries, q)
	d.mu.Unlock()

	takes, ok := d.Varies[id]
	if !ok {
		takes = d.Takes
	}
	timer := time.NewTimer(takes)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		d.mu.Lock()
		d.cut++
		d.mu.Unlock()
		return nil, ErrCanceled
	}
	if p := d.Panics[id]; p != nil {
		panic(p)
	}
	if err := d.Fails[id]; err != nil {
		return nil, err
	}
	r := &rows{columns: q.columns()}
	if status, ok := d.Orders[id]; ok {
		r.left = append(r.left, q.row(id, status))
	}
	return r, nil
}

type connector struct{ d *Database }

func (c connector) Connect(context.Context) (driver.Conn, error) { return &conn{c.d}, nil }
func (c connector) Driver() driver.Driver                        { return nil }

type conn struct{ d *Database }

func (c *conn) Close() error              { return nil }
func (c *conn) Begin() (driver.Tx, error) { return tx{}, nil }

// BeginTx implements driver.ConnBeginTx: any isolation, read only or not.
func (c *conn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return tx{}, nil }

func (c *conn) Prepare(text string) (driver.Stmt, error) { return stmt{c.d, text}, nil }

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.d.query(ctx, text, args)
}

type tx struct{}

func (tx) Commit() error   { return nil }
func (tx) Rollback() error { return nil }

type stmt struct {
	d    *Database
	text string
}

func (s stmt) Close() error  { return nil }
func (s stmt) NumInput() int { return -1 }
func (s stmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("the checks' database only answers queries")
}
func (s stmt) Query([]driver.Value) (driver.Rows, error) { return nil, errors.New("unused") }

// QueryContext implements driver.StmtQueryContext.
func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.d.query(ctx, s.text, args)
}

type rows struct {
	columns []string
	left    [][]driver.Value
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if len(r.left) == 0 {
		return io.EOF
	}
	copy(dest, r.left[0])
	r.left = r.left[1:]
	return nil
}
