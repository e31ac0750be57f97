package collector

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"otel.workshop/internal/proxy/gate"
)

// A door is a listener that can be shut, with those who have come in. There is
// room for so many: whoever comes next takes the place of who has been silent
// for longest, which costs an idle exporter no more than to connect again.
type door struct {
	*gate.Listener
	room int

	mu     sync.Mutex
	isDown bool
	inside map[*visitor]struct{}
}

func newDoor(ln net.Listener, room int) *door {
	return &door{Listener: gate.Wrap(ln), room: room, inside: make(map[*visitor]struct{})}
}

// Accept returns the next connection.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		v := &visitor{Conn: conn, door: d}
		v.heard()
		if d.enter(v) {
			return v, nil
		}
		gate.Cut(conn) // it came in while the door was being shut
	}
}

func (d *door) enter(v *visitor) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isDown {
		return false
	}
	if len(d.inside) >= d.room {
		var silent *visitor
		for other := range d.inside {
			if silent == nil || other.last.Load() < silent.last.Load() {
				silent = other
			}
		}
		delete(d.inside, silent)
		gate.Cut(silent.Conn)
	}
	d.inside[v] = struct{}{}
	return true
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
	}
}

// A visitor is a connection that leaves through its door.
type visitor struct {
	net.Conn
	door *door
	last atomic.Int64 // when something was last heard of it, in nanoseconds of Unix time
}

func (v *visitor) heard() { v.last.Store(time.Now().UnixNano()) }

func (v *visitor) Read(b []byte) (int, error) {
	n, err := v.Conn.Read(b)
	v.heard()
	return n, err
}

func (v *visitor) Close() error {
	v.door.mu.Lock()
	delete(v.door.inside, v)
	v.door.mu.Unlock()
	return v.Conn.Close()
}
