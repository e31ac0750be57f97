package dbmetrics_test

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// dawdle is how long a span takes to start while other queries run: long enough
// for one that comes later to overtake. What a query keeps in a field of the
// store, the other one finds there.
const dawdle = 2 * time.Millisecond

// dawdling is a tracer provider whose spans take their time, when it is told so.
type dawdling struct {
	trace.TracerProvider
	on *atomic.Bool
}

func (d dawdling) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return dawdlingTracer{d.TracerProvider.Tracer(name, options...), d.on}
}

type dawdlingTracer struct {
	trace.Tracer
	on *atomic.Bool
}

func (d dawdlingTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if d.on.Load() {
		time.Sleep(dawdle)
	}
	return d.Tracer.Start(ctx, name, options...)
}
