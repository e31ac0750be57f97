package minimal_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A trace that a caller has begun should go on in this service.
func TestContextExtracted(t *testing.T) {
	const callerTrace, callerSpan = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	w := newWorld(t)
	inBubble(t, func(ctx context.Context) { w.setUp(ctx) })
	w.mustWork(t)

	// A handler of ours, on a tracer of ours: what it finds in the request is
	// all that Setup's propagator has to say.
	rec := recorder.New(t)
	h := otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok")
	}), "checker", otelhttp.WithTracerProvider(rec.TracerProvider))
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("traceparent", "00-"+callerTrace+"-"+callerSpan+"-01")
	h.ServeHTTP(httptest.NewRecorder(), req)

	span := rec.Spans()[0]
	if span.SpanContext.TraceID().String() == callerTrace && span.Parent.SpanID().String() == callerSpan {
		return
	}
	recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
		Want: recorder.Table(
			[]string{"caller", "trace " + callerTrace[:8]},
			[]string{"└─ GET (server)", "trace " + callerTrace[:8]}),
		Got: recorder.Table(
			[]string{"caller", "trace " + callerTrace[:8], ""},
			[]string{"GET (server)", "trace " + span.SpanContext.TraceID().String()[:8], "← a trace of its own"}),
		Cause: "The request carries the header traceparent, and nobody reads it:\nuntil otel.SetTextMapPropagator is called, the global propagator does nothing.",
	}))
}
