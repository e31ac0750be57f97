// Package gate is a TCP listener that can be shut, so that connections to it
// are refused, and opened again on the same port.
package gate

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// A Listener is a [net.Listener] with a gate. It starts open. Its methods may
// be called concurrently.
type Listener struct {
	addr net.Addr // where it listens, with the port that it got

	mu      sync.Mutex
	changed *sync.Cond
	ln      net.Listener  // nil while nobody listens
	err     error         // why nobody listens although the gate is open
	giveUp  chan struct{} // closing it ends the attempts to listen again
	closed  bool
	trying  sync.WaitGroup
}

// Listen opens a gate at a TCP address; port 0 is any free one, and kept.
func Listen(addr string) (*Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err // it names the address already
	}
	return Wrap(ln), nil
}

// Wrap makes a gate of a TCP listener, which is the gate's from then on.
func Wrap(ln net.Listener) *Listener {
	l := &Listener{addr: ln.Addr(), ln: ln}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// Addr returns the address, also while the gate is shut.
func (l *Listener) Addr() net.Addr { return l.addr }

// Accept returns the next connection. While the gate is shut it waits.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		ln, err := l.listener()
		if err != nil {
			return nil, err
		}
		conn, err := ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				continue // shut, or closed: listener knows
			}
			return nil, err
		}
		if !l.isOpen(ln) {
			Cut(conn)
			continue
		}
		return conn, nil
	}
}

// listener waits for an open gate.
func (l *Listener) listener() (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.ln == nil && !l.closed {
		l.changed.Wait()
	}
	if l.closed {
		return nil, net.ErrClosed
	}
	return l.ln, nil
}

func (l *Listener) isOpen(ln net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ln == ln
}

// Shut refuses connections from now on. Those that were accepted are left to
// their owner.
func (l *Listener) Shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopListening()
}

// Open lets connections in again. Should another program have taken the port
// meanwhile, Open goes on trying in the background, and [Listener.Err] says so.
func (l *Listener) Open() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.ln != nil || l.giveUp != nil || l.listen() {
		return
	}
	giveUp := make(chan struct{})
	l.giveUp = giveUp
	l.trying.Go(func() { l.retry(giveUp) })
}

// Err says why connections are refused although the gate is open. It is nil
// when they are not, or should be.
func (l *Listener) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Close shuts the gate for good. It may be called more than once.
func (l *Listener) Close() error {
	l.mu.Lock()
	l.closed = true
	l.stopListening()
	l.mu.Unlock()
	l.trying.Wait()
	return nil
}

// again is how soon a port that was taken is tried again.
const again = 50 * time.Millisecond

func (l *Listener) retry(giveUp chan struct{}) {
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		select {
		case <-giveUp:
			return
		case <-tick.C:
		}
		if l.retried(giveUp) {
			return
		}
	}
}

// retried tries once more, and reports whether that was the last time.
func (l *Listener) retried(giveUp chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.giveUp != giveUp {
		return true
	}
	if !l.listen() {
		return false
	}
	l.giveUp = nil
	return true
}

// listen reports whether it listens now. The caller holds mu.
func (l *Listener) listen() bool {
	ln, err := net.Listen("tcp", l.addr.String())
	if err != nil {
		l.err = fmt.Errorf("listen again on %s: %w; end the program that took the port, or restart the workshop", l.addr, err)
		return false
	}
	l.ln, l.err = ln, nil
	l.changed.Broadcast()
	return true
}

// stopListening ends listening and the attempts at it. The caller holds mu.
func (l *Listener) stopListening() {
	if l.ln != nil {
		_ = l.ln.Close() // the socket is gone either way
		l.ln = nil
	}
	if l.giveUp != nil {
		close(l.giveUp)
		l.giveUp = nil
	}
	l.err = nil
	l.changed.Broadcast()
}

// Cut ends a connection as the end of a process does that had more to say: the
// other side sees a reset, not an orderly end.
func Cut(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the end is orderly: no harm
	}
	_ = conn.Close() // closed already, perhaps
}
