package collector

import (
	"net"
	"sync"
)

// A valve holds back what senders say while it is shut. The zero valve is open.
type valve struct {
	mu     sync.Mutex
	opened chan struct{} // closed when the valve opens again; nil while it is open
}

func (v *valve) shut(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case shut && v.opened == nil:
		v.opened = make(chan struct{})
	case !shut && v.opened != nil:
		close(v.opened)
		v.opened = nil
	}
}

func (v *valve) isShut() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.opened != nil
}

// pass returns when the valve is open, or gone is closed: then with an error.
func (v *valve) pass(gone <-chan struct{}) error {
	v.mu.Lock()
	opened := v.opened
	v.mu.Unlock()
	if opened == nil {
		return nil
	}
	select {
	case <-opened:
		return nil
	case <-gone:
		return net.ErrClosed
	}
}

// SetHanging makes the collector accept connections and answer nothing, as one
// that is overloaded. Afterwards what senders have said meanwhile arrives late.
func (c *Collector) SetHanging(hanging bool) {
	c.httpListener.valve.shut(hanging)
	c.grpcListener.valve.shut(hanging)
}

// Hanging reports whether the collector was made to answer nothing.
func (c *Collector) Hanging() bool { return c.httpListener.valve.isShut() }
