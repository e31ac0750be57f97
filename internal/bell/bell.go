// Package bell wakes whoever waits for something to change.
package bell

import "sync"

// A Bell is rung at each change. The zero Bell is ready to use, and its methods
// may be called concurrently.
type Bell struct {
	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
}

// Ring wakes the subscribers. It never waits for them.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.subscribers {
		select {
		case c <- struct{}{}:
		default: // it has not come to the last one yet
		}
	}
}

// Subscribe returns a channel that has a value whenever the bell was rung since
// it was last received from: many rings make one value. Cancel ends the
// subscription and may be called more than once; the channel is never closed.
func (b *Bell) Subscribe() (rung <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subscribers == nil {
		b.subscribers = make(map[chan struct{}]struct{})
	}
	b.subscribers[c] = struct{}{}
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subscribers, c)
	}
}
