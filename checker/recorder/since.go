package recorder

import (
	"slices"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// Counts returns how many spans have started, and ended, so far.
func (r *Recorder) Counts() (started, ended int) {
	return len(r.spans.Started()), len(r.spans.Ended())
}

// Since returns what has ended after the first so many, and what has started
// after the first so many and not ended.
func (r *Recorder) Since(started, ended int) (spans, open tracetest.SpanStubs) {
	spans = tracetest.SpanStubsFromReadOnlySpans(r.spans.Ended()[ended:])
	for _, s := range r.spans.Started()[started:] {
		if s.EndTime().IsZero() {
			open = append(open, tracetest.SpanStubFromReadOnlySpan(s))
		}
	}
	return spans, open
}

// Ended reports whether all that have started after the first so many have
// ended.
func (r *Recorder) Ended(started int) bool {
	return !slices.ContainsFunc(r.spans.Started()[started:], func(s sdktrace.ReadWriteSpan) bool { return s.EndTime().IsZero() })
}
