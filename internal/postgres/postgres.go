// Package postgres is the database that the workshop's services talk to.
//
// With a URL it is that PostgreSQL, which the workshop looks at and never
// writes to. Without one it is embedded: a server in this process that speaks
// PostgreSQL's wire protocol, version 3, over an SQLite database in memory. It
// starts in milliseconds and needs nothing installed.
//
// The embedded one knows SELECT, INSERT, UPDATE, DELETE, CREATE TABLE, DROP
// TABLE and transactions, columns of bigint, integer and text, pg_sleep and a
// few functions that everybody has. The rest gets SQLSTATE 0A000 and a sentence,
// or is a syntax error. The tests run alike against it and a real PostgreSQL,
// from which it differs:
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

// Options say which database to use. The zero value is the embedded one, on any
// free port.
type Options struct {
	URL  string // a PostgreSQL to use instead of the embedded one, as DATABASE_URL names it: a postgres:// URL or "key=value …"
	Addr string // where the embedded one listens, a loopback address; default "127.0.0.1:0", any free port
}

// A Database is ready to be connected to, until it is closed.
type Database struct {
	url      string
	name     string
	embedded *server // nil when the database is somebody else's
}

// Start makes a database ready. With a URL it connects to it, for five seconds
// at most, and looks whether the workshop's table is there. It writes nothing
// there, and no error of it tells a password. ctx bounds the start alone.
func Start(ctx context.Context, o Options) (*Database, error) {
	if o.URL != "" {
		name, err := inspect(ctx, o.URL)
		if err != nil {
			return nil, err
		}
		return &Database{url: o.URL, name: name}, nil
	}
	return embed(ctx, o.Addr, limits{greeting: 5 * time.Second, writing: 30 * time.Second})
}

func embed(ctx context.Context, addr string, l limits) (*Database, error) {
	s, err := listen(ctx, addr, l)
	if err != nil {
		return nil, fmt.Errorf("start the embedded database: %w", err)
	}
	addr = s.listener.Addr().String()
	return &Database{
		url:      "postgres://workshop:workshop@" + addr + "/workshop?sslmode=disable",
		name:     "the embedded database on " + addr,
		embedded: s,
	}, nil
}

// URL returns what lib/pq connects with. A URL that was given to [Start] comes
// back as it was, with its password: hand it on, never print it.
func (d *Database) URL() string { return d.url }

// String returns a name to print. It has no password.
func (d *Database) String() string { return d.name }

// Embedded reports whether the database lives in this process.
func (d *Database) Embedded() bool { return d.embedded != nil }

// Close ends every connection to the embedded database, with what runs on it,
// and forgets its data. No goroutine is left. To a database that was given by
// URL it does nothing. It may be called more than once.
func (d *Database) Close() error {
	if d.embedded == nil {
		return nil
	}
	return d.embedded.close()
}

// Stats are what the embedded database sees at one moment.
type Stats struct {
	Connections   int // clients that are connected
	Running       int // of them, those whose statement runs
	InTransaction int // of them, those between BEGIN and COMMIT or ROLLBACK
	Cancelled     int // statements ended by a client's cancel request, since the start
	Abandoned     int // statements ended because their client was gone, since the start
}

// Stats returns what the embedded database sees now: zeros when the database
// was given by URL, as the workshop does not watch that one. It may be called
// at any time, from any goroutine.
func (d *Database) Stats() Stats {
	if d.embedded == nil {
		return Stats{}
	}
	return d.embedded.stats()
}
