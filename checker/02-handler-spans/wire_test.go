package handlerspans_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

// A wire leads to the payment API. In fake time it is a pipe, which whoever
// dials by way of http.DefaultTransport gets, or by a copy of it; a socket
// would make the clock stand still. A transport of the learner's own may dial
// by itself: then the wire is bypassed, and everything has to be played once
// more, with a socket and in real time.
type wire struct {
	net.Listener // the socket
	pipes        *pipes
	dialled      atomic.Bool // somebody has come by the socket
}

// newWire listens, and sees to http.DefaultTransport.
func newWire(t *testing.T) *wire {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return &wire{Listener: socket}
}

// fake makes the wire a pipe. Call it in the bubble.
func (w *wire) fake() net.Listener {
	w.pipes = &pipes{addr: w.Addr(), conns: make(chan net.Conn), closed: make(chan struct{})}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return w.pipes // somebody has put another one there, who dials by a way of their own
	}
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if p := w.pipes; p != nil && addr == w.Addr().String() {
			return p.dial(ctx)
		}
		return dial(ctx, network, addr)
	}
	return w.pipes
}

// guard turns away whoever comes by the socket. It returns when that is closed.
func (w *wire) guard() {
	for {
		conn, err := w.Accept()
		if err != nil {
			return
		}
		w.dialled.Store(true)
		_ = conn.Close()
	}
}

// pipes is a net.Listener within the process.
type pipes struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
}

var errClosed = errors.New("nobody listens")

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return p.addr }
