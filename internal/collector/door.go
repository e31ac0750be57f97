package collector

import (
	"cmp"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"otel.workshop/internal/proxy/gate"
)

// A door is a listener that can be shut, with those who have come in. There is
// room for so many: whoever comes next takes the place of who has been there
// for longest without having sent anything of use. If all have, it costs an idle
// exporter no more than to connect again.
type door struct {
	*gate.Listener
	room  int
	valve valve
	greet func(first []byte) // hears what each says first

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
		v := newVisitor(conn, d)
		v.last.Store(time.Now().UnixNano())
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
		var idle *visitor
		for other := range d.inside {
			if idle == nil || other.compare(idle) < 0 {
				idle = other
			}
		}
		delete(d.inside, idle)
		gate.Cut(idle.Conn)
		idle.leave()
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
	good  atomic.Bool   // a request of it has been accepted
	last  atomic.Int64  // when the latest was, or when it came, in nanoseconds of Unix time
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
	if !v.heard && n > 0 && v.door.greet != nil {
		v.heard = true
		v.door.greet(p[:n])
	}
	return n, err
}

// compare orders visitors by who had better make room.
func (v *visitor) compare(other *visitor) int {
	if v.good.Load() != other.good.Load() {
		if other.good.Load() {
			return -1
		}
		return 1
	}
	return cmp.Compare(v.last.Load(), other.last.Load())
}

type visitorKey struct{}

// withVisitor lets handlers know whose request they answer.
func withVisitor(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, visitorKey{}, conn)
}

// noteGood says that a request of this connection has been accepted.
func noteGood(ctx context.Context) {
	if v, ok := ctx.Value(visitorKey{}).(*visitor); ok {
		v.last.Store(time.Now().UnixNano())
		v.good.Store(true)
	}
}

func (v *visitor) Close() error {
	v.leave()
	v.door.mu.Lock()
	delete(v.door.inside, v)
	v.door.mu.Unlock()
	return v.Conn.Close()
}
