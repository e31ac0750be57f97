package collector

import (
	"net"
	"sync"

	"otel.workshop/internal/proxy/gate"
)

// A door is a listener that can be shut, with those who have come in.
type door struct {
	*gate.Listener

	mu     sync.Mutex
	isDown bool
	inside map[net.Conn]struct{}
}

func newDoor(ln net.Listener) *door {
	return &door{Listener: gate.Wrap(ln), inside: make(map[net.Conn]struct{})}
}

// Accept returns the next connection.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if d.enter(conn) {
			return &visitor{Conn: conn, door: d}, nil
		}
		gate.Cut(conn) // it came in while the door was being shut
	}
}

func (d *door) enter(conn net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.isDown {
		d.inside[conn] = struct{}{}
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
	for conn := range d.inside {
		gate.Cut(conn)
	}
}

// A visitor is a connection that leaves through its door.
type visitor struct {
	net.Conn
	door *door
}

func (v *visitor) Close() error {
	v.door.mu.Lock()
	delete(v.door.inside, v.Conn)
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
