package postgres

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const maxSessions = 100 // PostgreSQL's default max_connections

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

	ctx     context.Context // ends with the server
	close   func() error    // ends everything; may be called more than once
	serving sync.WaitGroup

	mu       sync.Mutex
	sessions map[uint32]*session
	lastID   uint32

	cancelled, abandoned atomic.Int64
}

// limits are how long the embedded database waits.
type limits struct {
	greeting time.Duration // for a client to say who it is
	writing  time.Duration // for a statement's turn to write
}

// listen starts the embedded database, with the workshop's table in it.
func listen(ctx context.Context, addr string, l limits) (*server, error) {
	addr, err := loopback(addr)
	if err != nil {
		return nil, err
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
	if err = s.keeper.run(orders); err == nil {
		s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", addr)
	}
	if err != nil {
		return nil, errors.Join(err, s.keeper.shut())
	}
	var stop context.CancelFunc
	s.ctx, stop = context.WithCancel(context.Background())
	s.close = sync.OnceValue(func() error {
		stop()
		err := s.listener.Close()
		s.serving.Wait()
		if err = errors.Join(err, s.keeper.shut()); err != nil {
			return fmt.Errorf("close the embedded database: %w", err)
		}
		return nil
	})
	s.serving.Go(s.accept)
	return s, nil
}

// loopback returns an address to listen on that only this machine can reach.
func loopback(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("read the address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("the address %q is open to other machines, and the embedded database lets anybody in: use 127.0.0.1:%s", addr, port)
	}
	return addr, nil
}

// accept serves clients until the server is closed.
func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // as when there are too many open files, which passes
			time.Sleep(50 * time.Millisecond)
		default:
			s.serving.Go(func() { s.serve(conn) })
		}
	}
}

func (s *server) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Stats{Connections: len(s.sessions), Cancelled: int(s.cancelled.Load()), Abandoned: int(s.abandoned.Load())}
	for _, session := range s.sessions {
		if session.running.Load() != nil {
			st.Running++
		}
		if session.status.Load() != idle {
			st.InTransaction++
		}
	}
	return st
}

// register gives a session its number and the secret that cancels its
// statements. It reports false when there are too many.
func (s *server) register(session *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) >= maxSessions {
		return false
	}
	s.lastID++
	session.id = s.lastID
	session.secret = make([]byte, 4)
	_, _ = rand.Read(session.secret) // never fails
	s.sessions[session.id] = session
	return true
}

func (s *server) unregister(session *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session.id)
}

// cancel interrupts the statement that a session runs, if it runs one. Whoever
// does not know the secret learns nothing.
func (s *server) cancel(id uint32, secret []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.sessions[id]; session != nil && subtle.ConstantTimeCompare(secret, session.secret) == 1 {
		if interrupt := session.running.Load(); interrupt != nil {
			(*interrupt)(errCancelled)
		}
	}
}
