package minimal_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A trace that a caller has begun should go on in this service.
func TestContextExtracted(t *testing.T) {
	const callerTrace, callerSpan = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	call := func(h http.Handler) {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header.Set("traceparent", "00-"+callerTrace+"-"+callerSpan+"-01")
		h.ServeHTTP(httptest.NewRecorder(), req)
	}
	w := newWorld(t)
	inBubble(t, func(ctx context.Context) {
		w.setUp(ctx)
		if !w.ready() {
			return
		}
		call(minimal.NewHandler())
		time.Sleep(61 * time.Second)
		stop(ctx)
	})
	w.mustWork(t)

	// The learner's own handler tells, once it makes spans that arrive. Until
	// then one of ours does: it has a tracer of its own, and no more than the
	// global propagator to read the request with.
	seen := servers(w.spans.Spans())
	if len(seen) == 0 {
		rec := recorder.New(t, "")
		call(otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "ok") // a recorder takes everything
		}), "checker", otelhttp.WithTracerProvider(rec.TracerProvider)))
		seen = rec.Spans()
	}
	span := seen[0]
	if span.SpanContext.TraceID().String() == callerTrace && span.Parent.SpanID().String() == callerSpan {
		return
	}
	f := recorder.At(minimal.Setup, finding.Finding{
		Want: recorder.Table(
			[]string{"caller", "trace " + callerTrace[:8]},
			[]string{"└─ GET (server)", "trace " + callerTrace[:8]}),
		Got: recorder.Table(
			[]string{"caller", "trace " + callerTrace[:8], ""},
			[]string{"GET (server)", "trace " + span.SpanContext.TraceID().String()[:8], "← a trace of its own"}),
	})
	switch fields := otel.GetTextMapPropagator().Fields(); {
	case len(fields) == 0:
		f.Cause = "The request carries the header traceparent, and nobody reads it:\nuntil otel.SetTextMapPropagator is called, the global propagator does nothing."
	case !slices.Contains(fields, "traceparent"):
		f.Cause = "A propagator is registered, but it does not read the header traceparent: propagation.TraceContext does."
	}
	recorder.Fail(t, f)
}
