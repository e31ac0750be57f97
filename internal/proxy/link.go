package proxy

import (
	"errors"
	"io"
	"net"
	"sync"

	"otel.workshop/internal/proxy/gate"
)

// A link is a client's connection and the one to the server that belongs to it.
type link struct {
	client, server         net.Conn
	fromClient, fromServer valved // what they say, when the valve lets it pass

	ended chan struct{} // closed when both connections are
	once  sync.Once
}

func newLink(client, server net.Conn, v *valve) *link {
	l := &link{client: client, server: server, ended: make(chan struct{})}
	l.fromClient = valved{Conn: client, valve: v, stop: l.ended}
	l.fromServer = valved{Conn: server, valve: v, stop: l.ended}
	return l
}

// close ends both connections in good order.
func (l *link) close() {
	l.once.Do(func() {
		_ = l.client.Close() // nobody is left to tell
		_ = l.server.Close()
		close(l.ended)
	})
}

// cut resets both connections, whatever they are doing.
func (l *link) cut() {
	l.once.Do(func() {
		gate.Cut(l.client)
		gate.Cut(l.server)
		close(l.ended)
	})
}

// passAll passes bytes in both directions until both sides have said all.
func (l *link) passAll() {
	l.passBoth(l.fromClient, l.fromServer)
}

// passBoth is passAll for readers that have read ahead.
func (l *link) passBoth(fromClient, fromServer io.Reader) {
	var answers sync.WaitGroup
	answers.Go(func() { l.pass(l.client, fromServer) })
	l.pass(l.server, fromClient)
	answers.Wait()
}

// pass copies until the end of what one side says, and passes the end on: the
// other side may have more to say. A connection that breaks breaks both.
func (l *link) pass(to net.Conn, from io.Reader) {
	// Without the readers' and writers' shortcuts: a splice would pass by the valve.
	_, err := io.Copy(struct{ io.Writer }{to}, struct{ io.Reader }{from})
	if err == nil {
		err = closeWrite(to)
	}
	if err != nil {
		l.cut()
	}
}

func closeWrite(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
