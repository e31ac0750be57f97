package recorder

import (
	"encoding/json"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/otlpjson"
)

// What a check saw is kept in its artifacts as OTLP/JSON. A process runs one check,
// hence one set of artifacts.
var kept struct {
	sync.Mutex
	resourceSpans   []otlpjson.Object
	resourceMetrics []otlpjson.Object
}

// AtEnd runs f when the check t is over. The artifact directory is asked for
// here, because a temporary one is removed in a cleanup too, and the last
// registered cleanup runs first.
func AtEnd(t testing.TB, f func()) {
	_ = t.ArtifactDir()
	t.Cleanup(f)
}

// MostKept is how many spans are kept of a check that makes thousands: more than
// anybody will look at.
const MostKept = 200

// KeepSpans adds spans to traces.json among the artifacts of the check t, the
// first ones of very many.
func KeepSpans(t testing.TB, spans tracetest.SpanStubs) {
	t.Helper()
	kept.Lock()
	defer kept.Unlock()
	spans = spans[:min(len(spans), max(0, MostKept-len(kept.resourceSpans)))]
	if len(spans) == 0 {
		return
	}
	for _, s := range spans {
		kept.resourceSpans = append(kept.resourceSpans, otlpjson.Span(s))
	}
	writeJSON(t, "traces.json", otlpjson.Traces(kept.resourceSpans))
}

// KeepMetrics adds metrics to metrics.json among the artifacts of the check t.
func KeepMetrics(t testing.TB, rm metricdata.ResourceMetrics) {
	t.Helper()
	o := otlpjson.Metrics(rm)
	if o == nil {
		return
	}
	kept.Lock()
	defer kept.Unlock()
	kept.resourceMetrics = append(kept.resourceMetrics, o)
	writeJSON(t, "metrics.json", otlpjson.AllMetrics(kept.resourceMetrics))
}

// KeepBoth makes the telemetry of a service that is wrong the artifact of the
// check t, and beside it that of the one that is right: OTLP/JSON, or nil.
func KeepBoth(t testing.TB, traces, metrics, rightTraces, rightMetrics []byte) {
	t.Helper()
	for name, data := range map[string][]byte{
		"traces.json": traces, "metrics.json": metrics, "right-traces.json": rightTraces, "right-metrics.json": rightMetrics,
	} {
		if data != nil {
			write(t, name, data)
		}
	}
}

func writeJSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Errorf("keep what the check saw: %v", err)
		return
	}
	write(t, name, data)
}
