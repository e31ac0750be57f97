// Package postgres is the database that comes along: a server that speaks
// PostgreSQL's wire protocol, version 3, over an SQLite database in memory. It
// starts in milliseconds and needs nothing installed.
//
// SQLite is a fifth of all that the workshop is compiled from, so only
// postgres/serve links it, a process of its own; package database starts that.
//
// It knows SELECT, INSERT, UPDATE, DELETE, CREATE TABLE, DROP TABLE and
// transactions, columns of bigint, integer and text, pg_sleep and a few
// functions that everybody has. The rest gets SQLSTATE 0A000 and a sentence, or
// is a syntax error. The tests run alike against it and a real PostgreSQL, from
// which it differs:
//
//   - It lets anybody in, and listens on loopback alone.
//   - One transaction writes at a time; the next waits, for thirty seconds at
//     most (SQLSTATE 55P03). Readers never wait. The isolation is READ COMMITTED.
//   - A client's statement ends with it, as with client_connection_check_interval.
//   - A result is bigint if it is a column of numbers, and text otherwise, as
//     SQLite writes and names it: count(*) is called that, and true is 1.
//   - A parameter is bigint behind such a column, as in id = $1, and text otherwise.
//   - SQLite reads some SQL that PostgreSQL refuses.
package postgres

import (
	"context"
	"fmt"
	"time"
)

// A Database is ready to be connected to, until it is closed.
type Database struct {
	url, name string
	server    *server
}

// Start starts a database on a loopback address; "" is any free port of
// 127.0.0.1. ctx bounds the start alone.
func Start(ctx context.Context, addr string) (*Database, error) {
	return start(ctx, addr, limits{greeting: 5 * time.Second, writing: 30 * time.Second})
}

func start(ctx context.Context, addr string, l limits) (*Database, error) {
	s, err := listen(ctx, addr, l)
	if err != nil {
		return nil, fmt.Errorf("start the embedded database: %w", err)
	}
	addr = s.listener.Addr().String()
	return &Database{
		url:    "postgres://workshop:workshop@" + addr + "/workshop?sslmode=disable",
		name:   "the embedded database on " + addr,
		server: s,
	}, nil
}

// URL returns what lib/pq connects with.
func (d *Database) URL() string { return d.url }

// String returns a name to print. It has no password.
func (d *Database) String() string { return d.name }

// Close ends every connection, with what runs on it, and forgets the data. No
// goroutine is left. It may be called more than once.
func (d *Database) Close() error { return d.server.close() }

// Stats are what a database sees at one moment.
type Stats struct {
	Connections   int // clients that are connected
	Running       int // of them, those whose statement runs
	InTransaction int // of them, those between BEGIN and COMMIT or ROLLBACK
	Cancelled     int // statements ended by a client's cancel request, since the start
	Abandoned     int // statements ended because their client was gone, since the start
}

// Stats returns what the database sees now. It may be called at any time, from
// any goroutine.
func (d *Database) Stats() Stats { return d.server.stats() }
