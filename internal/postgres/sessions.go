package postgres

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"time"

	"github.com/ncruces/go-sqlite3"
)

func (s *server) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Stats{
		Connections: len(s.sessions),
		Running:     int(s.running.Load()),
		Cancelled:   int(s.cancelled.Load()),
		Abandoned:   int(s.abandoned.Load()),
	}
	for _, session := range s.sessions {
		if session.inTransaction.Load() {
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
		session.interrupt()
	}
}

// lockWriter waits until nobody else writes.
func (s *server) lockWriter(ctx context.Context) error {
	timer := time.NewTimer(s.limits.writing)
	defer timer.Stop()
	select {
	case s.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return sqlite3.INTERRUPT
	case <-timer.C:
		return sqlErrorf("55P03", "another connection's transaction has been writing for %v, and the workshop's embedded database has one writer at a time: end that transaction, or set DATABASE_URL to use a real PostgreSQL", s.limits.writing)
	}
}

func (s *server) unlockWriter() { <-s.writer }
