package recorder

import "go.opentelemetry.io/otel/sdk/trace/tracetest"

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
