// Package payments is the payment API that the workshop's services call: a
// small server in our own process, with faults on demand. It is instrumented
// as a service of its own, payment-api, so that the learner's traces cross
// from one process to another.
//
// It registers nothing for the whole process: no provider, no propagator.
package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"otel.workshop/internal/proxy/gate"
)

// Options say where the payment API listens, and where its spans go.
type Options struct {
	Addr      string // where it listens; "" is 127.0.0.1:0, any free port of this machine alone
	Collector string // base URL of the OTLP/HTTP collector that gets its spans; "" is http://127.0.0.1:4318
}

// An API is a running payment API. Its methods may be called concurrently.
type API struct {
	gate      *gate.Listener
	server    *http.Server
	telemetry *telemetry
	quitting  chan struct{} // closed when Close begins
	serving   sync.WaitGroup

	closing  sync.Once
	closeErr error

	mu      sync.Mutex
	fault   Fault
	waiting int // requests that are kept waiting
}

// Start listens and serves until [API.Close]; ctx bounds the start alone. The
// collector need not be there.
func Start(ctx context.Context, o Options) (*API, error) {
	t, err := newTelemetry(ctx, cmp.Or(o.Collector, "http://127.0.0.1:4318"))
	if err != nil {
		return nil, fmt.Errorf("start the payment API: %w", err)
	}
	g, err := gate.Listen(cmp.Or(o.Addr, "127.0.0.1:0"))
	if err != nil {
		err = fmt.Errorf("start the payment API: %w", err)
		return nil, errors.Join(err, t.close(ctx))
	}
	a := &API{gate: g, telemetry: t, quitting: make(chan struct{})}
	a.server = &http.Server{
		Handler:           a.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // what callers do wrong is not for the learner's screen
	}
	// It returns when Close closes it, and has nothing to tell then.
	a.serving.Go(func() { _ = a.server.Serve(g) })
	return a, nil
}

// URL returns the base URL, such as "http://127.0.0.1:41234". It stays the
// same, whatever is wrong with the API.
func (a *API) URL() string { return "http://" + a.gate.Addr().String() }

// Set says what is wrong with the API from now on: with requests that begin
// afterwards. Those in flight end as they began.
func (a *API) Set(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = f
	up := f.kind != down
	// A caller's next request must not come over a connection of better days.
	a.server.SetKeepAlivesEnabled(up)
	if up {
		a.gate.Open()
	} else {
		a.gate.Shut()
	}
}

// Fault returns what is wrong with the API.
func (a *API) Fault() Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fault
}

// Waiting returns how many requests the API keeps waiting now, because it is
// slow or hangs.
func (a *API) Waiting() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.waiting
}

// wait counts a request as waiting, until done is called.
func (a *API) wait() (done func()) {
	a.add(1)
	return func() { a.add(-1) }
}

func (a *API) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting += n
}

// Err says why the API is not reached although [Down] was lifted: another
// program has taken its port, and it waits for it. It is nil when all is well.
func (a *API) Err() error { return a.gate.Err() }

// Lost returns how many spans did not reach the collector, and why the last of
// them did not. Nothing else tells: what OpenTelemetry prints of it would land
// in the middle of the workshop's screen.
func (a *API) Lost() (spans int, why error) { return a.telemetry.lost() }

// Limits of Close where its context has more time.
const (
	drainLimit = 500 * time.Millisecond // connections that never said a word would take five seconds
	flushLimit = 3 * time.Second
)

// Close ends the requests in flight, flushes the spans and stops serving. It
// takes as long as ctx allows, and four seconds at most, also when the
// collector hangs. The error says that spans were lost in the end. Afterwards
// the port is free and nothing runs any more. Only the first Close does
// anything; the others return its error.
func (a *API) Close(ctx context.Context) error {
	a.closing.Do(func() { a.closeErr = a.close(ctx) })
	return a.closeErr
}

func (a *API) close(ctx context.Context) error {
	before, _ := a.Lost()
	close(a.quitting)
	err := a.drain(ctx)
	a.serving.Wait()
	err = errors.Join(err, a.telemetry.close(ctx))
	if after, why := a.Lost(); after > before {
		err = errors.Join(err, fmt.Errorf("flush the spans of the payment API: %d were lost: %w", after-before, why))
	}
	return err
}

// drain lets the requests in flight finish, which no longer wait for anything.
func (a *API) drain(ctx context.Context) error {
	ctx, cancel := within(ctx, drainLimit)
	defer cancel()
	if a.server.Shutdown(ctx) == nil {
		return nil
	}
	if err := a.server.Close(); err != nil { // those that are left are cut off
		return fmt.Errorf("close the payment API: %w", err)
	}
	return nil
}

// within gives a part of the work a limit, and at most half of the time that
// ctx has left: there is more to do.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)/2)
	}
	return context.WithTimeout(ctx, limit)
}
