package minimal_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	minimal "otel.workshop/steps/01-minimal"
)

// Every request should leave a server span and be counted in http.server.request.duration.
func TestRequestsTraced(t *testing.T) {
	rec := recorder.Global(t, "")
	res := httptest.NewRecorder()
	minimal.NewHandler().ServeHTTP(res, httptest.NewRequest("GET", "/", nil))

	if res.Code != 200 || strings.TrimSpace(res.Body.String()) != "ok" {
		recorder.Fail(t, recorder.At(minimal.NewHandler, finding.Finding{
			Want: "GET /   200   ok",
			Got:  strings.TrimSpace(recorder.Table([]string{"GET /", res.Result().Status, strings.TrimSpace(res.Body.String())})),
		}))
	}

	spans := rec.Spans()
	_, metric := rec.Metric("http.server.request.duration")
	if len(servers(spans)) == 1 && metric {
		return
	}
	f := finding.Finding{Want: "GET / (server)\nhttp.server.request.duration", Got: "no span"}
	if len(spans) > 0 {
		f.Got = waterfall.Tree(recorder.Waterfall(spans))
	}
	f.Got += map[bool]string{true: "\nhttp.server.request.duration", false: "\nno http.server.request.duration"}[metric]
	switch {
	case len(spans) == 0 && !metric:
		f.Cause = "The handler answers, but nothing stands around it that would start a span:\notelhttp.NewHandler takes a handler and returns one that does."
	case len(servers(spans)) == 0 && len(spans) > 0:
		f.Cause = "There is a span, but it is no server span: otelhttp makes one that says what kind it is."
	case len(servers(spans)) > 1:
		f.Cause = "One request, several server spans: the handler is wrapped more than once."
	}
	recorder.Fail(t, recorder.At(minimal.NewHandler, f))
}

func servers(spans tracetest.SpanStubs) (list tracetest.SpanStubs) {
	for _, s := range spans {
		if s.SpanKind == trace.SpanKindServer {
			list = append(list, s)
		}
	}
	return list
}
