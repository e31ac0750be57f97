package proxy

import (
	"bufio"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A pgSession passes messages between a client that has logged in, or is about
// to, and its server.
type pgSession struct {
	*link
	clientIn, serverIn *bufio.Reader
	serverOut          *bufio.Writer // of passQueries alone
	delay              func() time.Duration
	garbles            func() bool

	out       sync.Mutex // held for a whole message to the client
	clientOut *bufio.Writer

	mu      sync.Mutex
	changed *sync.Cond // any of those below
	pending int        // ReadyForQuery that the server owes the client
	status  byte       // of the last one: I idle, T in a transaction, E in a failed one
	nap     *nap       // the query of ours that the server is at
	ended   bool       // no message will come from the server any more
}

func newSession(l *link, clientIn, serverIn *bufio.Reader, p *Postgres) *pgSession {
	s := &pgSession{
		link:      l,
		clientIn:  clientIn,
		serverIn:  serverIn,
		serverOut: bufio.NewWriterSize(l.server, bufferSize),
		clientOut: bufio.NewWriterSize(l.client, bufferSize),
		delay:     p.delay,
		garbles:   p.garbled.Load,
		pending:   1, // the one that ends the startup
	}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// run returns when either side has ended the connection, or broken it.
func (s *pgSession) run() {
	var answers sync.WaitGroup
	answers.Go(func() {
		_ = s.passAnswers() // whatever it was, the connection is over
		s.end()
		s.close()
	})
	_ = s.passQueries()
	s.close()
	answers.Wait()
}

func (s *pgSession) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.changed.Broadcast()
}

// passQueries passes on what the client sends, and sleeps ahead of queries.
func (s *pgSession) passQueries() error {
	inCycle := false // of Parse, Bind … up to Sync
	for {
		if s.clientIn.Buffered() < headSize {
			if err := s.serverOut.Flush(); err != nil {
				return err
			}
		}
		m, err := peekMessage(s.clientIn)
		if err != nil {
			return err
		}
		if d := s.delay(); d > 0 && !inCycle && m.beginsQuery() {
			slept, err := s.sleep(d)
			if err != nil {
				return err
			}
			if !slept {
				if err := s.refuseQuery(); err != nil {
					return err
				}
				continue
			}
			m, err = peekMessage(s.clientIn) // sleeping has read ahead
			if err != nil {
				return err
			}
		}
		inCycle = m.extended() && m.typ != mSync
		if m.demandsReady() {
			s.owe()
		}
		if err := pass(s.serverOut, s.clientIn, m.size); err != nil {
			return err
		}
	}
}

func (s *pgSession) owe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending++
}

// refuseQuery drops a query of the client whose answer, the error that ended
// the sleep, it has already got. What it still waits for is ReadyForQuery.
func (s *pgSession) refuseQuery() error {
	for {
		m, err := peekMessage(s.clientIn)
		if err != nil {
			return err
		}
		if err := discard(s.clientIn, m.size); err != nil {
			return err
		}
		if m.demandsReady() {
			break
		}
	}
	s.mu.Lock()
	ready := pgproto3.ReadyForQuery{TxStatus: s.status}
	s.mu.Unlock()
	encoded, err := ready.Encode(nil)
	if err != nil {
		return err
	}
	s.out.Lock()
	defer s.out.Unlock()
	if _, err := s.clientOut.Write(encoded); err != nil {
		return err
	}
	return s.clientOut.Flush()
}
