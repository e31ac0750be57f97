// Package proxy stands in front of a server and spoils its connections on
// demand: refused, hanging and, for PostgreSQL, slow. So a database of ours
// and a real one fail alike, and neither has to know of it.
//
// It is no toxiproxy: its library delays bytes, not queries (a delayed query
// cannot be cancelled at the database), and brings an HTTP API, a router, a
// logger and a metrics client for the two toxics that a few lines replace.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"otel.workshop/internal/proxy/gate"
)

// Options say where a proxy listens. The zero value is right for most.
type Options struct {
	Addr string // "" is 127.0.0.1:0: any free port of this machine alone
}

// A Proxy passes connections on to one server. Its methods may be called
// concurrently.
type Proxy struct {
	backend string
	relay   func(*link) // passes a connection's bytes until it ends
	gate    *gate.Listener
	valve   *valve

	ctx     context.Context // done when the proxy is closed
	cancel  context.CancelFunc
	serving sync.WaitGroup

	mu    sync.Mutex
	down  bool
	links map[*link]struct{}
}

// Start puts a proxy in front of the server at backend, a host and port. The
// server need not be there yet: a connection that finds none is reset.
func Start(backend string, o Options) (*Proxy, error) {
	return start(backend, o, (*link).passAll)
}

func start(backend string, o Options, relay func(*link)) (*Proxy, error) {
	if _, _, err := net.SplitHostPort(backend); err != nil {
		return nil, fmt.Errorf("start a proxy for %q: %w; it takes a host and a port, such as 127.0.0.1:5432", backend, err)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	g, err := gate.Listen(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("start a proxy for %s: %w", backend, err)
	}
	p := &Proxy{
		backend: backend,
		relay:   relay,
		gate:    g,
		valve:   newValve(),
		links:   map[*link]struct{}{},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.serving.Go(p.serve)
	return p, nil
}

// Addr returns the host and port that clients connect to. It stays the same,
// whatever happens to the connections.
func (p *Proxy) Addr() string { return p.gate.Addr().String() }

// Down cuts all connections and refuses new ones, as if the server were gone,
// or lets them in again. Should the port have been taken meanwhile, it is
// tried until it is free: see [Proxy.Err].
func (p *Proxy) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	if !down {
		p.gate.Open()
		return
	}
	p.gate.Shut()
	for l := range p.links {
		l.cut()
	}
}

// Hang lets nothing pass, in either direction, or lets everything pass again.
// Connections are accepted all the same, and what was sent meanwhile arrives
// late; that one side has gone, too.
func (p *Proxy) Hang(hang bool) { p.valve.shut(hang) }

// Err says why connections are refused although the proxy is not down: another
// program has taken its port. It is nil when all is well.
func (p *Proxy) Err() error { return p.gate.Err() }

// Close cuts all connections. Afterwards the port is free and nothing runs any
// more. It may be called more than once.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.gate.Close()
	p.Down(true)
	p.serving.Wait()
	return err
}

// later is how soon accepting is tried again after a passing failure, such as
// too many open files.
const later = 10 * time.Millisecond

func (p *Proxy) serve() {
	for {
		client, err := p.gate.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			select {
			case <-time.After(later):
			case <-p.ctx.Done():
			}
			continue
		}
		p.serving.Go(func() { p.connect(client) })
	}
}

// connect finds the server for a client and passes on what they say.
func (p *Proxy) connect(client net.Conn) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	server, err := dialer.DialContext(p.ctx, "tcp", p.backend)
	if err != nil {
		gate.Cut(client) // all that a proxy can say about a server that is not there
		return
	}
	l := newLink(client, server, p.valve)
	if !p.keep(l) {
		l.cut()
		return
	}
	p.relay(l)
	l.close()
	p.drop(l)
}

// keep remembers a connection, unless the proxy is down by now.
func (p *Proxy) keep(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return false
	}
	p.links[l] = struct{}{}
	return true
}

func (p *Proxy) drop(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}
