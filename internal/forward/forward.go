// Package forward sends OTLP requests on to a real backend, over HTTP, without
// ever holding up who offers them: a queue of bounded size stands between, and
// what it cannot hold is dropped and counted.
//
// Whatever the backend does, a request is sent until the backend has answered it
// for good, or until newer ones need its place. See
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response for which answers
// are for good.
package forward

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"otel.workshop/internal/bell"
)

// Options say where to, and how much may wait.
type Options struct {
	// Endpoint is the backend's http or https URL, such as http://localhost:4318.
	// A path is kept, and /v1/traces, /v1/metrics or /v1/logs comes after it.
	Endpoint string
	Headers  map[string]string // sent with each request; they may be secrets, and are never shown

	QueueBytes int           // of requests that wait or are being sent; default 16 MiB
	QueueItems int           // of them; default 4,096
	Timeout    time.Duration // of one try; default 10 s

	backoff   backoff           // default 500 ms to 15 s
	transport http.RoundTripper // default: one of its own
}

func (o Options) withDefaults() Options {
	if o.QueueBytes <= 0 {
		o.QueueBytes = 16 << 20
	}
	if o.QueueItems <= 0 {
		o.QueueItems = 4096
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.backoff == (backoff{}) {
		o.backoff = backoff{first: 500 * time.Millisecond, most: 15 * time.Second}
	}
	if o.transport == nil {
		o.transport = newTransport()
	}
	return o
}

// A Forwarder sends on what it is offered, until it is closed. Its methods may
// be called concurrently.
type Forwarder struct {
	backend
	backoff backoff
	id      string // in the header that finds loops
	bell    bell.Bell

	queue   *queue
	closing chan struct{} // closed when nothing is accepted any more
	close   sync.Once
	working sync.WaitGroup
	ctx     context.Context // of all requests
	cancel  context.CancelFunc
}

// Start makes a forwarder. The error says what is wrong with the options and
// what to do; nothing is sent before something is offered, so a backend that is
// not there yet is no error.
func Start(o Options) (*Forwarder, error) {
	o = o.withDefaults()
	to, err := newBackend(o)
	if err != nil {
		return nil, err
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // it never fails: see its documentation
	f := &Forwarder{
		backend: to,
		backoff: o.backoff,
		id:      hex.EncodeToString(id[:]),
		closing: make(chan struct{}),
	}
	f.queue = newQueue(o.QueueBytes, o.QueueItems)
	f.ctx, f.cancel = context.WithCancel(context.Background())
	for _, l := range f.queue.lines {
		f.working.Go(func() { f.work(l) })
	}
	return f, nil
}

// Offer sends a request on: of "traces", "metrics" or "logs", as protobuf and
// not compressed. It returns at once, and never fails: what cannot be kept is
// counted. The body belongs to the forwarder from then on.
func (f *Forwarder) Offer(signal string, body []byte) { f.offer(signal, body, "") }

func (f *Forwarder) offer(signal string, body []byte, via string) {
	if f.queue.put(&item{signal: signal, body: body, via: via}) {
		f.bell.Ring()
	}
}

// Subscribe returns a channel that has a value whenever what [Forwarder.Stats]
// tells may have changed; see [bell.Bell.Subscribe].
func (f *Forwarder) Subscribe() (changed <-chan struct{}, cancel func()) { return f.bell.Subscribe() }

// Close sends what waits for as long as ctx allows, and counts the rest as
// dropped. Afterwards nothing runs any more. It may be called more than once.
func (f *Forwarder) Close(ctx context.Context) {
	f.close.Do(func() {
		f.queue.end()
		close(f.closing)
	})
	ended := make(chan struct{})
	go func() {
		f.working.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		f.cancel()
		<-ended
	}
	f.cancel()
	f.queue.dropAll()
	f.client.CloseIdleConnections()
	f.bell.Ring()
}

// work sends the requests of one line, one after the other.
func (f *Forwarder) work(l *line) {
	tries := 0 // of the request at the head, in vain
	var packer packer
	for {
		it := f.next(l)
		if it == nil {
			return
		}
		out := f.send(it, &packer)
		f.queue.settle(l, it, out)
		f.bell.Ring()
		if !out.again {
			tries = 0
			continue
		}
		tries++
		if !f.pause(max(f.backoff.after(tries), out.wait)) {
			return
		}
	}
}

// next waits for the line's oldest request. There is none any more when it
// returns nil.
func (f *Forwarder) next(l *line) *item {
	for f.ctx.Err() == nil {
		it, last := f.queue.take(l)
		if it != nil || last {
			return it
		}
		select {
		case <-l.wake:
		case <-f.closing:
		}
	}
	return nil
}

// pause waits before the next try. Close cuts it short, once: the backend gets
// another chance then. It reports whether there will be another try.
func (f *Forwarder) pause(d time.Duration) bool {
	closing := f.closing
	select {
	case <-closing:
		closing = nil
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-closing:
	case <-f.ctx.Done():
	}
	return f.ctx.Err() == nil
}
