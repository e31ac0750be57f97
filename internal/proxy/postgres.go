package proxy

import (
	"bufio"
	"sync/atomic"
	"time"
)

// A Postgres is a [Proxy] in front of a PostgreSQL server that can make
// queries slow as well, and garble their answers. It understands clients that wait for the answer to one
// query before they send the next, as lib/pq does, and connections in the
// clear (sslmode=disable). A connection that client and server agree to
// encrypt is passed on as it is: Slow has no effect there.
//
// While it hangs, a query of lib/pq does not end with its context: lib/pq waits
// for the server to confirm that it has cancelled, without a limit. Down ends it.
type Postgres struct {
	*Proxy
	slow    atomic.Int64 // nanoseconds
	garbled atomic.Bool
}

// StartPostgres puts a proxy in front of the PostgreSQL server at backend, a
// host and port.
func StartPostgres(backend string) (*Postgres, error) {
	p := new(Postgres)
	proxy, err := start(backend, Options{}, p.serve)
	if err != nil {
		return nil, err
	}
	p.Proxy = proxy
	return p, nil
}

// Slow makes each query that begins from now on take d longer, at the database:
// ahead of it the proxy asks for a pg_sleep on the same connection. So the time
// shows in pg_stat_activity, passes inside the client's transaction, and a
// cancel request ends it with SQLSTATE 57014. Zero is no delay.
//
// BEGIN and COMMIT are queries, too. Preparing a statement is none; each use of
// it is. In a transaction that has failed nothing is delayed: the server would
// refuse to sleep. After BEGIN, SET TRANSACTION comes too late: the sleep was
// the transaction's first query (BEGIN ISOLATION LEVEL … is as good as ever).
func (p *Postgres) Slow(d time.Duration) { p.slow.Store(int64(d)) }

func (p *Postgres) delay() time.Duration { return time.Duration(p.slow.Load()) }

// Garble makes each row that arrives from now on claim that its first value is
// longer than the row. lib/pq believes it, and panics in the goroutine that
// reads the row: what a bug in a driver looks like to a service. The connection
// can be used afterwards.
func (p *Postgres) Garble(garbled bool) { p.garbled.Store(garbled) }

// bufferSize holds most messages whole. Longer ones pass in pieces.
const bufferSize = 32 << 10

// serve passes on one connection: first its opening, which no query is part
// of, then messages in both directions.
func (p *Postgres) serve(l *link) {
	fromClient := bufio.NewReaderSize(l.fromClient, bufferSize)
	fromServer := bufio.NewReaderSize(l.fromServer, bufferSize)
	messages, err := passOpening(l, fromClient, fromServer)
	if err != nil {
		return // whoever is left sees the connection end
	}
	if !messages {
		l.passBoth(fromClient, fromServer)
		return
	}
	newSession(l, fromClient, fromServer, p).run()
}
