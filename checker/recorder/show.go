package recorder

import "go.opentelemetry.io/otel/sdk/trace/tracetest"

// Show makes these spans the artifact of the check, instead of all that were
// recorded: those that the finding is about, out of very many.
func (r *Recorder) Show(spans tracetest.SpanStubs) { r.shown = spans }

// kept returns the spans that become the artifact.
func (r *Recorder) kept() tracetest.SpanStubs {
	if r.shown != nil {
		return r.shown
	}
	return r.First()
}

// First returns the spans that have ended first, as many as are kept.
func (r *Recorder) First() tracetest.SpanStubs {
	ended := r.spans.Ended()
	return tracetest.SpanStubsFromReadOnlySpans(ended[:min(len(ended), MostKept)])
}
