package proxy

import (
	"errors"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A nap is a pg_sleep that the proxy has asked the server for.
type nap struct {
	failed bool // cancelled, most likely; the client has got the error
}

// sleep lets the server sleep for d, and reports whether it slept well: if not,
// the client has got the error as the answer to its query. An error of sleep's
// own means that the connection is over.
func (s *pgSession) sleep(d time.Duration) (slept bool, err error) {
	n, err := s.beginNap()
	if n == nil || err != nil {
		return true, err
	}
	query := pgproto3.Query{String: "SELECT pg_sleep(" + strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + ")"}
	encoded, err := query.Encode(nil)
	if err != nil {
		return false, err
	}
	if _, err := s.serverOut.Write(encoded); err != nil {
		return false, err
	}
	if err := s.serverOut.Flush(); err != nil {
		return false, err
	}
	stopWatching := s.watchClient()
	err = s.awaitNap(n)
	stopWatching()
	return !n.failed, err
}

// beginNap waits until the server has answered all that came before. It
// returns nil where no sleep is possible: in a transaction that has failed.
func (s *pgSession) beginNap() (*nap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.pending > 0 && !s.ended {
		s.changed.Wait()
	}
	if s.ended {
		return nil, io.ErrUnexpectedEOF
	}
	if s.status == 'E' {
		return nil, nil
	}
	s.nap = new(nap)
	return s.nap, nil
}

func (s *pgSession) awaitNap(n *nap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.nap == n && !s.ended {
		s.changed.Wait()
	}
	if s.nap == n {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// watchClient cuts the connection, to the server too, as soon as the client is
// gone: nobody else reads from the client while the server sleeps. (PostgreSQL
// looks at its connection only when the sleep is over, unless its setting
// client_connection_check_interval says otherwise.) What the
// client sends meanwhile stays in clientIn, which is watchClient's until the
// function that it returns has returned.
func (s *pgSession) watchClient() (stop func()) {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for s.clientIn.Buffered() < s.clientIn.Size() { // a full buffer is a client that is there
			if _, err := s.clientIn.Peek(s.clientIn.Buffered() + 1); err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					s.cut()
				}
				return
			}
		}
	}()
	return func() {
		// A deadline that has passed ends a read that waits; the next must have none.
		_ = s.client.SetReadDeadline(time.Unix(1, 0))
		<-stopped
		_ = s.client.SetReadDeadline(time.Time{})
	}
}
