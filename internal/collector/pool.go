package collector

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// A pool is the memory that bodies share while they come in. Who has been
// sending for longest makes room when there is none left, so that a few that
// send slowly, or not at all, keep nobody out.
type pool struct {
	mu        sync.Mutex
	free      int
	returning int           // held by uploads that have been told to make room
	coming    *list.List    // of *upload, those that may be told to: the oldest first
	eased     chan struct{} // closed when memory has come back
}

func newPool(size int) *pool {
	return &pool{free: size, coming: list.New(), eased: make(chan struct{})}
}

// An upload is a body that comes in, and its part of a pool. One goroutine uses
// it.
type upload struct {
	pool  *pool
	held  int           // guarded by the pool
	place *list.Element // nil when it need not make room; guarded by the pool
	gone  chan struct{} // closed when it has to make room
	stop  func()        // ends its reading
}

// open begins an upload. stop is called, at most once and before close returns,
// to end its reading from another goroutine.
func (p *pool) open(stop func()) *upload {
	u := &upload{pool: p, gone: make(chan struct{}), stop: stop}
	p.mu.Lock()
	defer p.mu.Unlock()
	u.place = p.coming.PushBack(u)
	return u
}

// take takes n bytes more. When others cannot make room for them in time, the
// error is a refusal.
func (u *upload) take(ctx context.Context, n int) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		if u.hasGone() {
			return errMadeRoom
		}
		eased := u.tryTake(n)
		if eased == nil {
			return nil
		}
		select {
		case <-eased:
		case <-u.gone:
		case <-timer.C:
			return errBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tryTake takes n bytes, or makes others leave so many and returns what to wait
// for.
func (u *upload) tryTake(n int) (eased <-chan struct{}) {
	p := u.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if n <= p.free {
		p.free -= n
		u.held += n
		return nil
	}
	for e := p.coming.Front(); e != nil && p.free+p.returning < n; {
		other := e.Value.(*upload)
		e = e.Next()
		if other != u && other.held > 0 {
			p.coming.Remove(other.place)
			other.place = nil
			p.returning += other.held
			close(other.gone)
			other.stop()
		}
	}
	return p.eased
}

// give returns n bytes.
func (u *upload) give(n int) {
	p := u.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	u.held -= n
	p.free += n
	if u.hasGone() {
		p.returning -= n
	}
	close(p.eased)
	p.eased = make(chan struct{})
}

// settle says that the body is there: nobody has to be waited for any more, and
// it need not make room. It reports false when it has had to already.
func (u *upload) settle() bool {
	p := u.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if u.place != nil {
		p.coming.Remove(u.place)
		u.place = nil
	}
	return !u.hasGone()
}

// close ends the upload. Its memory must not be used any more.
func (u *upload) close() {
	u.settle()
	u.give(u.held)
}

func (u *upload) hasGone() bool {
	select {
	case <-u.gone:
		return true
	default:
		return false
	}
}
