package collector

import (
	"net"
	"sync"

	"otel.workshop/internal/proxy/gate"
)

// A door is a listener that can be shut, with those who have come in.
type door struct {
	*gate.Listener
	valve valve
	greet func(first []byte) // hears what each says first

	mu     sync.Mutex
	isDown bool
	inside map[*visitor]struct{}
}

func newDoor(ln net.Listener) *door {
	return &door{Listener: gate.Wrap(ln), inside: make(map[*visitor]struct{})}
}

// Accept returns the next connection.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if v := newVisitor(conn, d); d.enter(v) {
			return v, nil
		}
		gate.Cut(conn) // it came in while the door was being shut
	}
}

func (d *door) enter(v *visitor) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.isDown {
		d.inside[v] = struct{}{}
	}
	return !d.isDown
}

// set shuts the door and cuts off who is inside, or opens it again.
func (d *door) set(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isDown == down {
		return
	}
	if d.isDown = down; !down {
		d.Open()
		return
	}
	d.Shut()
	for v := range d.inside {
		gate.Cut(v.Conn)
		v.leave() // what it has said and nobody has heard is lost
	}
}

// A visitor is a connection that leaves through its door.
type visitor struct {
	net.Conn
	door  *door
	gone  chan struct{} // closed when it has left
	leave func()        // closes gone; may be called more than once
	heard bool          // what it says first; only Read knows
}

func newVisitor(conn net.Conn, d *door) *visitor {
	v := &visitor{Conn: conn, door: d, gone: make(chan struct{})}
	v.leave = sync.OnceFunc(func() { close(v.gone) })
	return v
}

// Read returns what the sender says, when the door's valve lets it pass.
func (v *visitor) Read(p []byte) (int, error) {
	n, err := v.Conn.Read(p)
	if shut := v.door.valve.pass(v.gone); shut != nil {
		return 0, shut
	}
	if !v.heard && n > 0 {
		v.heard = true
		v.door.greet(p[:n])
	}
	return n, err
}

func (v *visitor) Close() error {
	v.leave()
	v.door.mu.Lock()
	delete(v.door.inside, v)
	v.door.mu.Unlock()
	return v.Conn.Close()
}

// SetDown makes the collector unreachable, as one that has ended: connections
// are cut and refused. Down ends as it began, on the same ports; what is stored
// stays.
func (c *Collector) SetDown(down bool) {
	c.httpListener.set(down)
	c.grpcListener.set(down)
}

// Down reports whether the collector was made unreachable.
func (c *Collector) Down() bool {
	c.httpListener.mu.Lock()
	defer c.httpListener.mu.Unlock()
	return c.httpListener.isDown
}
