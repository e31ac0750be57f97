package dbmetrics_test

import (
	"context"
	"time"

	"otel.workshop/checker/database"
)

// A situation is something that happens to a store: what it is asked, once or
// several times at once, and what the database does meanwhile.
type situation struct {
	name  string // as a finding calls it: "no table orders"
	calls []call
	do    func(*shop) (undo func()) // what befalls the database, from before the calls until they have returned
	alone bool                      // whether a neighbor that comes later would suffer, too
}

// A call is one call of Status.
type call struct {
	order   int64
	after   time.Duration // how long after the situation has begun
	limit   time.Duration // its time is up then; ended, when it is up before
	leaves  time.Duration // its caller leaves then; ended, when it has left before
	tracing tracing
	want    fate
	failure failure
	second  bool // asks a second store, on a pool of its own
	because bool // its context has a cause of its own when its time is up
}

// ended is the time limit of a context that has ended already.
const ended time.Duration = -1

// tracing says what the caller's context knows of a trace.
type tracing int

const (
	sampled   tracing = iota
	unsampled         // the caller's trace is not kept
	traceless         // there is none
)

// fate is how a query ends.
type fate int

const (
	found   fate = iota
	none         // there is no such order
	fails        // the database says why not
	late         // its time was up
	left         // its caller has left: a failure or none, as you like
	breaks       // it fails when its rows are read
	follows      // as Status says: a store with a transaction fails where another one doesn't
	unclear      // no lesson says
)

// A failure is what a query that fails fails with.
type failure struct {
	kind string // failures of one kind are told by one word
	code string // the database's own
}

// Orders of the checks' database, by what asking for them comes to.
const (
	shipped  = 42
	packed   = 7
	missing  = 999
	tableA   = 101 // there is no table orders
	tableB   = 102 // there is no table orders_2019
	diskFull = 103
	lostA    = 104 // the connection is lost, from one port
	lostB    = 105 // … from another
	tooSlow  = 106 // the server's own limit ends it
	halfway  = 107 // its rows break off
	null     = 108
	minute   = 110 // takes a minute
	fast     = 111 // takes a millisecond
	slower   = 112 // takes a hundred
	slow     = 113 // takes two seconds
	neighbor = 114 // takes two seconds, while the others are asked for
	passing  = 115 // takes a millisecond meanwhile
)

// takes is how long asking for most orders takes. Nothing that is answered takes
// longer than two seconds: a store may have a limit of its own.
const takes = 80 * time.Millisecond

// elsewhere is the status of an order in the second store's database.
const elsewhere = "sold out"

// orders are those that are there, and their status.
var orders = map[int64]string{shipped: "shipped", packed: "packed", halfway: "packed", minute: "delivered",
	fast: "packed", slower: "shipped", slow: "delivered", neighbor: "returned", passing: "packed"}

func newDatabase() *database.Database {
	return &database.Database{
		Orders: orders,
		Takes:  takes,
		Varies: map[int64]time.Duration{minute: time.Minute, fast: time.Millisecond, slower: 100 * time.Millisecond,
			slow: 2 * time.Second, neighbor: 2 * time.Second, passing: time.Millisecond},
		Fails: map[int64]error{tableA: database.NoTable("orders"), tableB: database.NoTable("orders_2019"),
			diskFull: database.ErrDiskFull, lostA: database.Lost(51990), lostB: database.Lost(51992), tooSlow: database.ErrTooSlow},
		Breaks: map[int64]error{halfway: database.ErrGoesDown},
		Nulls:  map[int64]bool{null: true},
	}
}

// situations are all that can happen to a store that is asked for an order, the
// most ordinary first. Every rule is asked of each that it applies to.
var situations = []situation{
	{name: "an order that is there", calls: []call{{order: shipped}}},
	{name: "another order", calls: []call{{order: packed}}},
	{name: "no such order", calls: []call{{order: missing, want: none}}},

	{name: "no table orders", calls: []call{{order: tableA, want: fails, failure: failure{"A", "42P01"}}}},
	{name: "no table orders_2019", calls: []call{{order: tableB, want: fails, failure: failure{"A", "42P01"}}}},
	{name: "disk full", calls: []call{{order: diskFull, want: fails, failure: failure{"B", "53100"}}}},
	{name: "no connection", calls: []call{{order: shipped, want: fails, failure: failure{"C", ""}}}, alone: true,
		do: suffer(database.Faults{Connect: database.ErrConnection})},
	{name: "connection lost", calls: []call{{order: lostA, want: fails, failure: failure{"D", ""}}}},
	{name: "connection lost, another port", calls: []call{{order: lostB, want: fails, failure: failure{"D", ""}}}},
	{name: "the rows break off", calls: []call{{order: halfway, want: breaks, failure: failure{"", "57P01"}}}},
	{name: "the server's own time limit", calls: []call{{order: tooSlow, want: fails, failure: failure{"", "57014"}}}},

	{name: "time is up while it runs", calls: []call{{order: minute, limit: 300 * time.Millisecond, want: late, failure: failure{"", "57014"}}}},
	{name: "time is up before it starts", calls: []call{{order: minute, limit: ended, want: late}}},
	{name: "time is up while it waits for a connection", calls: []call{{order: shipped, limit: 300 * time.Millisecond, want: late}}, alone: true,
		do: crowd(600 * time.Millisecond)},
	{name: "time is up, for a cause of its caller's", calls: []call{{order: minute, limit: 300 * time.Millisecond, because: true, want: late, failure: failure{"", "57014"}}}},
	{name: "its caller leaves while it runs", calls: []call{{order: minute, leaves: 100 * time.Millisecond, want: left}}},
	{name: "its caller has left before it starts", calls: []call{{order: minute, leaves: ended, want: left}}},
	{name: "its caller leaves while it waits for a connection", calls: []call{{order: shipped, leaves: 100 * time.Millisecond, want: left}},
		alone: true, do: crowd(600 * time.Millisecond)},

	{name: "it waits a second for a connection", calls: []call{{order: shipped}}, alone: true, do: crowd(time.Second)},
	{name: "its connection has died", calls: []call{{order: shipped, want: follows}}, do: kill, alone: true},
	{name: "no transaction can begin", calls: []call{{order: shipped, want: follows}}, do: suffer(database.Faults{Begin: database.ErrTooMany}), alone: true},
	{name: "no transaction can be committed", calls: []call{{order: shipped, want: follows}}, do: suffer(database.Faults{Commit: database.ErrGoesDown}), alone: true},
	{name: "the trace is not sampled", calls: []call{{order: shipped, tracing: unsampled}}},
	{name: "it fails, and the trace is not sampled", calls: []call{{order: tableA, tracing: unsampled, want: fails, failure: failure{"A", "42P01"}}}},
	{name: "there is no trace", calls: []call{{order: shipped, tracing: traceless}}},
	{name: "queries of 1 ms, 100 ms and 2 s", calls: []call{{order: slow}, {order: fast, after: time.Second}, {order: slower, after: 999 * time.Millisecond}}},
	{name: "one fails and one leaves while others run", calls: []call{{order: slow}, {order: minute, after: 10 * time.Millisecond, leaves: time.Second, want: left},
		{order: tableA, after: 20 * time.Millisecond, want: fails, failure: failure{"A", "42P01"}}, {order: missing, after: 30 * time.Millisecond, want: none}}},
	{name: "a status that is NULL", calls: []call{{order: null, want: unclear}}},
}

// twoStores leaves a store behind, and is played last, once. (A driver that
// panics is no situation: database/sql waits for ever for a transaction that
// it was in.)
var twoStores = situation{name: "two stores", calls: []call{{order: shipped}, {order: packed, second: true}}}

// suffer makes the database fail.
func suffer(f database.Faults) func(*shop) func() {
	return func(s *shop) func() {
		s.db.Suffer(f)
		return func() { s.db.Suffer(database.Faults{}) }
	}
}

// kill makes a query find that its connection is dead; database/sql tries
// another one.
func kill(s *shop) func() {
	s.db.Kill(1)
	return func() { s.db.Kill(0) }
}

// crowd takes all connections that the pool may have, and keeps them so long.
func crowd(long time.Duration) func(*shop) func() {
	return func(s *shop) func() {
		s.pool.SetMaxOpenConns(s.pool.Stats().InUse + 1)
		conn, err := s.pool.Conn(context.Background())
		if err != nil {
			panic(err) // there is one more than are in use
		}
		timer := time.AfterFunc(long, func() { _ = conn.Close() })
		return func() {
			if timer.Stop() {
				_ = conn.Close() // that is all the same to it
			}
			s.pool.SetMaxOpenConns(0)
		}
	}
}
