package postgres

import (
	"context"
	"errors"

	"github.com/ncruces/go-sqlite3"
)

// interruptible runs something for the client so that a cancel request, its
// end and the server's end interrupt it.
func (s *session) interruptible(run func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	s.running.Store(&cancel)
	defer s.running.Store(nil)
	s.server.running.Add(1)
	defer s.server.running.Add(-1)
	s.db.SetInterrupt(ctx)
	defer s.db.SetInterrupt(context.Background())
	err := run(ctx)
	if ctx.Err() == nil || !errors.Is(err, sqlite3.INTERRUPT) && !errors.Is(err, errCancelled) {
		return err
	}
	switch context.Cause(ctx) {
	case errGone:
		s.server.abandoned.Add(1)
	case errCancelled:
		s.server.cancelled.Add(1)
	}
	return errCancelled
}

// interrupt ends what runs now. It may be called from any goroutine.
func (s *session) interrupt() {
	if cancel := s.running.Load(); cancel != nil {
		(*cancel)(errCancelled)
	}
}
