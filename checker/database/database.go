// Package database is a driver for database/sql that does what a check wants
// of it: no server and no network, so that it runs in a bubble of fake time,
// and fails in all the ways in which lib/pq does.
package database

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"
)

// A Database holds orders. Safe for concurrent use; set the fields before.
type Database struct {
	Orders map[int64]string        // status by id
	Nulls  map[int64]bool          // orders whose status is NULL
	Takes  time.Duration           // how long each query takes
	Varies map[int64]time.Duration // how long asking for an order takes, if not Takes
	Fails  map[int64]error         // what asking for an order fails with
	Breaks map[int64]error         // what reading an order's rows fails with; they take as long as the query did
	Panics map[int64]any           // what asking for an order panics with

	mu         sync.Mutex
	statements []*Query
	cut        int
	left       Left
	faults     Faults
	dead       int // how many statements will still find that their connection is dead
}

// A Query is what the database was asked.
type Query struct {
	Text    string
	Args    []any
	Order   int64 // the order that it asks for
	Exec    bool  // a statement without rows, such as SET, and not a query
	Context context.Context
	Start   time.Time
	End     time.Time // zero while it runs
	Cut     bool      // ended by its context
}

// Faults are what a database can suffer from while it runs. A nil error is
// none.
type Faults struct {
	Connect error // each connection is lost, and no new one is to be had
	Begin   error // no transaction begins
	Commit  error // none is committed
}

// Left is what is open: it costs the server memory, and the pool a connection.
type Left struct{ Rows, Statements, Transactions, Connections int }

// Open returns a pool of connections to d. Close it.
func (d *Database) Open() *sql.DB { return sql.OpenDB(connector{d}) }

// Suffer makes the database fail so from now on; the zero Faults end it.
func (d *Database) Suffer(f Faults) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = f
}

// Kill makes the next n statements find that their connection is dead. Nothing
// was sent then, so database/sql tries another connection by itself.
func (d *Database) Kill(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = n
}

// Queries returns what was asked so far, without statements that have no rows.
func (d *Database) Queries() []Query {
	return slices.DeleteFunc(d.Since(time.Time{}), func(q Query) bool { return q.Exec })
}

// Since returns all that was asked from a time on.
func (d *Database) Since(begin time.Time) (asked []Query) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, q := range slices.Backward(d.statements) {
		if q.Start.Before(begin) {
			break
		}
		asked = append(asked, *q)
	}
	slices.Reverse(asked)
	return asked
}

// Cut counts the queries that were ended by their context.
func (d *Database) Cut() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cut
}

// Left returns what is open now.
func (d *Database) Left() Left {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left
}

// note changes what d remembers.
func (d *Database) note(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// suffers returns what d fails with now.
func (d *Database) suffers() Faults {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.faults
}

// dies reports whether a statement finds its connection dead.
func (d *Database) dies() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead == 0 {
		return false
	}
	d.dead--
	return true
}

// wait lets time pass, unless the context ends before: then the driver has the
// server cancel the query q.
func (d *Database) wait(ctx context.Context, takes time.Duration, q *Query) error {
	timer := time.NewTimer(takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		d.note(func() { d.cut++; q.Cut = true })
		return ErrCanceled
	}
}
