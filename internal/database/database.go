// Package database is what the services of step 2 and later read their orders
// from: a PostgreSQL that somebody names, which the workshop looks at and never
// writes to, or the one that comes along, package postgres.
//
// That one is a program of its own and runs as a child of this process. Its
// standard input is a pipe that nobody writes to: it ends when the pipe does,
// when it is closed or when this process is gone, killed or not, on every system.
package database

import (
	"context"
	"fmt"
)

// Options say which database to use.
type Options struct {
	URL  string // a PostgreSQL, as DATABASE_URL names it: a postgres:// URL or "key=value …"; "" is the embedded one
	Addr string // where the embedded one listens, a loopback address; "" is any free port of 127.0.0.1
	Root string // the workshop's folder, from which the embedded one is built when need be

	Waiting func(doing string) // told when that takes a moment; may be nil
}

// A Database is ready to be connected to, until it is closed.
type Database struct {
	url, name string
	child     *child // nil when the database is somebody else's
}

// Start makes a database ready. With a URL it connects to it, for five seconds
// at most, and looks whether the workshop's table is there. It writes nothing
// there, and no error of it tells a password. ctx bounds the start alone.
func Start(ctx context.Context, o Options) (*Database, error) {
	if o.URL == "" {
		return embed(ctx, o)
	}
	name, err := inspect(ctx, o.URL)
	if err != nil {
		return nil, err
	}
	return &Database{url: o.URL, name: name}, nil
}

// URL returns what lib/pq connects with. A URL that was given to [Start] comes
// back as it was, with its password: hand it on, never print it.
func (d *Database) URL() string { return d.url }

// String returns a name to print. It has no password.
func (d *Database) String() string { return d.name }

// Embedded reports whether the database is the workshop's own.
func (d *Database) Embedded() bool { return d.child != nil }

// Close ends the embedded database, with every connection to it, and forgets
// its data. To a database that was given by URL it does nothing. It may be
// called more than once.
func (d *Database) Close() error {
	if d.child == nil {
		return nil
	}
	if err := d.child.close(); err != nil {
		return fmt.Errorf("the embedded database: %w", err)
	}
	return nil
}
