package minimal_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/collector/probe"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// otlp is the learner's pair of OTLP exporters. What is sent through them is
// marked with a nonce.
type otlp struct {
	traces                sdktrace.SpanExporter
	metrics               sdkmetric.Exporter
	tracesErr, metricsErr error // of the last sending
	nonce                 string
}

func newOTLP(t *testing.T, want string) *otlp {
	t.Helper()
	e := minimal.OTLP()
	if e.Traces == nil || e.Metrics == nil {
		got := "OTLP has no function that makes a span exporter"
		if e.Traces != nil {
			got = "OTLP has no function that makes a metric exporter"
		}
		recorder.Fail(t, recorder.At(minimal.OTLP, finding.Finding{Want: want, Got: got}))
	}
	o := &otlp{nonce: rand.Text()}
	var err error
	if o.traces, err = e.Traces(t.Context()); err == nil {
		o.metrics, err = e.Metrics(t.Context())
	}
	if err != nil {
		recorder.Fail(t, recorder.At(minimal.OTLP, finding.Finding{Want: want, Got: "an exporter can't be made: " + err.Error()}))
	}
	return o
}

// patience is how long one export may take.
const patience = 2 * time.Second

func (o *otlp) resource() *resource.Resource {
	return resource.NewSchemaless(attribute.String("service.name", "checker"), attribute.String(probe.Attribute, o.nonce))
}

// sendTraces exports one span.
func (o *otlp) sendTraces(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	now := time.Now()
	o.tracesErr = o.traces.ExportSpans(ctx, tracetest.SpanStubs{
		{Name: "probe", StartTime: now, EndTime: now, Resource: o.resource()},
	}.Snapshots())
}

// sendMetrics exports one metric.
func (o *otlp) sendMetrics(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	o.metricsErr = o.metrics.Export(ctx, &metricdata.ResourceMetrics{
		Resource: o.resource(),
		ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{
			Name: "probe", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Time: time.Now(), Value: 1}}},
		}}}},
	})
}

// An otelSignal is traces or metrics, as a table of checks goes through both.
type otelSignal struct {
	name     string // as in a finding
	variable string // names its endpoint alone
	path     string
	send     func(*otlp, *testing.T)
	err      func(*otlp) error
	seen     func(probe.Signals) bool
}

var signals = []otelSignal{
	{"traces", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces", (*otlp).sendTraces,
		func(o *otlp) error { return o.tracesErr }, func(s probe.Signals) bool { return s.Traces }},
	{"metrics", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/v1/metrics", (*otlp).sendMetrics,
		func(o *otlp) error { return o.metricsErr }, func(s probe.Signals) bool { return s.Metrics }},
}

// about returns err when it tells of rec, and nil when it tells of another
// address: what happened there is beside the point.
func about(rec *receiver.Receiver, err error) error {
	_, hostport, _ := strings.Cut(rec.URL, "://")
	if err != nil && strings.Contains(err.Error(), hostport) {
		return err
	}
	return nil
}

// fate says what became of one signal.
func fate(seen bool, err error) string {
	switch {
	case seen:
		return "received"
	case err != nil:
		text, _, _ := strings.Cut(err.Error(), " (body:") // what some server had to say about it
		return "not received: " + text
	}
	return "it went somewhere else"
}
