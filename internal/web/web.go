// Package web is the page of go run .: the workshop in a browser, beside the
// editor or on a projector. It draws what the terminal draws, of the same desk:
// the check at hand and its verdict, the service and what it sends, the gallery
// of mistakes.
//
// Pages are drawn here, as HTML and SVG; the browser is told of changes by
// server-sent events and asks for the parts that they concern. It trusts
// nobody: it listens on loopback alone, refuses what a foreign page makes a
// browser send, runs no script but its own, and shows what telemetry says as
// text.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/demo"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/metrics"
)

// DefaultAddr is where the page is served, unless the port is taken.
const DefaultAddr = "127.0.0.1:8765"

// Options say how to serve the page.
type Options struct {
	Addr  string // DefaultAddr when it is empty; port 0 is any free one
	Story bool   // serve /story, pictures of hard cases, and a made-up room where there is none: for whoever works on the page

	Outside loopback.Outside // under which names a browser elsewhere may open it

	Room      Room            // nil for none
	RoomTells func() []string // what else there is to tell of it, in sentences without their full stop; may be nil
}

// A Server serves the page until it is closed.
type Server struct {
	desk     *desk.Desk
	story    bool
	notice   string
	entrance loopback.Entrance
	palette  palette
	history  *metrics.History
	sampled  bell.Bell // the history has grown
	stage    stage
	builds   *demo.Builds // of the stage
	examples examples

	room     Room // nil for none
	tells    func() []string
	caughtBy mistakesByCheck
	joined   atomic.Int64 // people in the room, when the grid was drawn last

	listener net.Listener
	http     *http.Server
	ctx      context.Context // ends with the server
	end      context.CancelFunc
	running  sync.WaitGroup

	mu   sync.Mutex // for busy and for the start of what runs in the background
	busy int        // requests to the service that are under way
}

// Start serves the page of a desk. A port that another program holds is no
// error: a free one takes its place, and [Server.Notice] tells.
func Start(d *desk.Desk, o Options) (*Server, error) {
	if o.Story && o.Room == nil {
		o.Room = &storyRoom{steps: d.Session().Steps}
	}
	ln, notice, err := listen(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("serve the page: %w", err)
	}
	s := &Server{
		desk: d, story: o.Story, room: o.Room, tells: o.RoomTells, notice: notice, listener: ln,
		entrance: o.Outside.Page(ln.Addr()),
		history:  metrics.NewHistory(), builds: demo.NewBuilds(d.Session().Root()),
	}
	handler, err := s.guarded(s.routes())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve the page: %w", err), ln.Close())
	}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // the learner's screen is not the place for what browsers do wrong
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
	}
	s.running.Go(func() { _ = s.http.Serve(ln) }) // it returns when Close closes it
	s.running.Go(s.sample)
	return s, nil
}

// listen opens the wanted port, or a free one in its place.
func listen(addr string) (ln net.Listener, notice string, err error) {
	if addr == "" {
		addr = DefaultAddr
	}
	ln, err = net.Listen("tcp", addr)
	if err == nil {
		return ln, "", nil
	}
	var op *net.OpError
	if !errors.As(err, &op) {
		return nil, "", err // no address at all
	}
	host, port, _ := net.SplitHostPort(addr)
	if ln, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
		return nil, "", err
	}
	return ln, "port " + port + " was taken", nil
}

// URL returns where the page is on this machine.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Address returns where people open the page: under the name of the proxy in
// front of this machine, if there is one.
func (s *Server) Address() string {
	if names := s.entrance.Names; len(names) > 0 {
		return names[0]
	}
	return s.URL()
}

// Notice returns why the page is not where it was wanted, or "".
func (s *Server) Notice() string { return s.notice }

// Close ends the server, and what it does for the requests that it is
// answering.
func (s *Server) Close() {
	s.mu.Lock()
	s.end() // nothing starts from here on
	s.mu.Unlock()
	_ = s.http.Close() // there is nothing more to tell
	s.running.Wait()
	_ = s.builds.Close() // what is left is in the system's temporary folder
}

// sampleTime is how soon after an export the next one is looked for: what
// comes in pieces is one sample.
const sampleTime = 300 * time.Millisecond

// sample writes the history of the metrics that arrive.
func (s *Server) sample() {
	store := s.desk.Collector().Store()
	changed, cancel := store.Subscribe()
	defer cancel()
	seen := -1
	for {
		if points := store.Stats().DataPoints; points != seen {
			seen = points
			s.history.Take(store.Metrics())
			s.sampled.Ring()
		}
		select {
		case <-s.ctx.Done():
			return
		case <-changed:
		}
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(sampleTime):
		}
	}
}
