package handlerspans_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// orders is an order store with spans of its own, db.query, which does what the
// situation wants of it. Safe for concurrent use.
type orders struct {
	rec    *recorder.Recorder
	tracer trace.Tracer
	takes  time.Duration // how long it needs for an order

	mu    sync.Mutex
	order int64  // to which it happens
	fault fault  // what happens
	leave func() // makes the caller leave; nil: who stays
	going int    // calls that have not returned
	reads []read
}

// A read is a call of the store.
type read struct {
	id       int64
	span     trace.SpanContext // of db.query
	in       trace.SpanContext // what the context held
	ours     bool              // it comes from the request's context
	from, to time.Time
	bare     bool  // no span "load order" was open
	outlived bool  // the caller has left, and the context has not ended
	at       place // the learner's line
}

// shelf is what the store has.
var shelf = map[int64]string{42: "shipped", 7: "packed"}

// leavingTakes is how long the context of a caller who has left may take to end.
const leavingTakes = time.Second

// storeScope is the scope of the store's spans.
const storeScope = "demo.db"

func ofStore(s tracetest.SpanStub) bool { return s.InstrumentationScope.Name == storeScope }

// Status implements handlerspans.Orders.
func (o *orders) Status(ctx context.Context, id int64) (status string, err error) {
	fault, leave := o.begin(id)
	r := read{id: id, in: trace.SpanContextFromContext(ctx), from: time.Now(), at: innermost()}
	unrecorded := r.in.IsValid() && !r.in.IsSampled()
	r.bare = !unrecorded && !slices.ContainsFunc(o.rec.Unended(), isLoad)
	r.ours = ctx.Value(mark{}) != nil
	time.Sleep(time.Microsecond) // so that it starts after what it is in
	_, span := o.tracer.Start(ctx, "db.query")
	r.span = span.SpanContext()
	defer func() {
		span.End()
		r.to = time.Now()
		o.mu.Lock()
		defer o.mu.Unlock()
		o.going--
		o.reads = append(o.reads, r)
	}()

	if leave != nil {
		leave()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(leavingTakes):
			r.outlived = true
		}
	}
	time.Sleep(o.takes)
	switch {
	case fault.panics != nil:
		panic(fault.panics)
	case fault.err != nil:
		return "", fault.err(id)
	}
	if status, ok := shelf[id]; ok {
		return status, nil
	}
	return "", handlerspans.ErrNotFound
}

// expect sets what happens to an order from now on, and forgets what has
// happened.
func (o *orders) expect(id int64, f fault, leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.order, o.fault, o.leave, o.reads = id, f, leave, nil
}

// begin returns what happens to this order.
func (o *orders) begin(id int64) (f fault, leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.going++
	if id == o.order {
		f, leave = o.fault, o.leave
	}
	return f, leave
}

func (o *orders) busy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.going > 0
}

// seen returns the calls that have returned, in that order.
func (o *orders) seen() []read {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.reads)
}
