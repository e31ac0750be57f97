package proxy

import (
	"net"
	"sync"
)

// A valve holds back what has been read while it is shut.
type valve struct {
	mu     sync.Mutex
	opened chan struct{} // closed while the valve is open
}

func newValve() *valve {
	opened := make(chan struct{})
	close(opened)
	return &valve{opened: opened}
}

func (v *valve) shut(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if isShut := !closed(v.opened); isShut == shut {
		return
	}
	if shut {
		v.opened = make(chan struct{})
	} else {
		close(v.opened)
	}
}

// wait returns when the valve is open, or stop is closed.
func (v *valve) wait(stop <-chan struct{}) {
	v.mu.Lock()
	opened := v.opened
	v.mu.Unlock()
	select {
	case <-opened:
	case <-stop:
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// valved is a connection whose data, and whose end, come through a valve.
type valved struct {
	net.Conn
	valve *valve
	stop  <-chan struct{}
}

func (c valved) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.valve.wait(c.stop)
	return n, err
}
