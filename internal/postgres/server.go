package postgres

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// version is the one whose behaviour the embedded database follows.
const version = "16.0"

const (
	maxSessions    = 100 // PostgreSQL's default max_connections
	maxConnections = 200 // with those that are greeting, or cancel a statement
)

//go:embed orders.sql
var orders string

// A server is the embedded database.
type server struct {
	listener net.Listener
	name     string  // of the database in memory
	keeper   *engine // as long as it is open, the data stays
	limits   limits

	// SQLite has one writer. Whoever writes puts a token here first, and takes
	// it away with the end of the transaction. So no statement ever finds the
	// database locked, and waiting ends when the statement is cancelled.
	writer chan struct{}

	ctx      context.Context
	stop     context.CancelFunc
	serving  sync.WaitGroup
	closed   func() error
	mu       sync.Mutex
	sessions map[uint32]*session
	lastID   uint32

	connections, running, cancelled, abandoned atomic.Int64
}

// limits are how long the embedded database waits.
type limits struct {
	greeting time.Duration // for a client to say who it is
	writing  time.Duration // for a statement's turn to write
}

// listen starts the embedded database, with the workshop's table in it.
func listen(ctx context.Context, addr string, l limits) (*server, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("read the address %q: %w", addr, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("the address %q is open to other machines, and the embedded database lets anybody in: use 127.0.0.1:%s", addr, port)
	}
	s := &server{
		name:     "workshop-" + rand.Text(),
		limits:   l,
		writer:   make(chan struct{}, 1),
		sessions: make(map[uint32]*session),
	}
	if s.keeper, err = openEngine(s.name); err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	if err = s.seed(); err == nil {
		s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	}
	if err != nil {
		return nil, errors.Join(err, s.keeper.shut())
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.closed = sync.OnceValue(s.end)
	s.serving.Go(s.accept)
	return s, nil
}

// seed runs orders.sql as a client's would run.
func (s *server) seed() error {
	list, err := lex(orders)
	if err != nil {
		return fmt.Errorf("read orders.sql: %w", err)
	}
	for _, tokens := range split(list) {
		st, err := s.keeper.prepare(orders, tokens, nil)
		if err == nil {
			err = errors.Join(st.stmt.Exec(), st.stmt.Close())
		}
		if err != nil {
			return fmt.Errorf("run orders.sql: %w", err)
		}
	}
	return nil
}

// accept serves clients until the server is closed.
func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		switch {
		case s.ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return
		case err != nil: // as when there are too many open files, which passes
			select {
			case <-s.ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		case s.connections.Add(1) > maxConnections:
			s.connections.Add(-1)
			_ = conn.Close()
		default:
			s.serving.Go(func() {
				defer s.connections.Add(-1)
				s.serve(conn)
			})
		}
	}
}

// close ends everything. It may be called more than once.
func (s *server) close() error { return s.closed() }

func (s *server) end() error {
	s.stop()
	err := s.listener.Close()
	s.serving.Wait()
	return errors.Join(err, s.keeper.shut())
}
