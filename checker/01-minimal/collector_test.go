package minimal_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"slices"
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

// Without any settings, traces and metrics should go to http://localhost:4318, in the clear.
func TestPlainHttpByDefault(t *testing.T) {
	const port = "127.0.0.1:4318"
	want := recorder.Table(
		[]string{"traces", "received on http://localhost:4318/v1/traces"},
		[]string{"metrics", "received on http://localhost:4318/v1/metrics"})
	e := newOTLP(t, want)

	// Somebody has to listen there: we do, if the port is free; the workshop's
	// collector and other checks answer for us when they have it.
	var rec *receiver.Receiver
	var seen probe.Signals
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		rec, _ = receiver.On(t, port)
		if rec == nil && !probe.IsWorkshop(t.Context(), port) {
			if time.Now().Before(deadline) {
				continue
			}
			t.Skip("another program holds port 4318: stop it to see where your exporters send")
		}
		e.send(t, 2*time.Second)
		var err error
		if seen, err = probe.Seen(t.Context(), port, e.nonce); err == nil || time.Now().After(deadline) {
			break // else: whoever had the port has just gone
		}
	}
	if seen.Traces && seen.Metrics {
		return
	}
	f := recorder.At(minimal.OTLP, finding.Finding{
		Want: want,
		Got: recorder.Table(
			[]string{"traces", fate(seen.Traces, e.tracesErr)},
			[]string{"metrics", fate(seen.Metrics, e.metricsErr)}),
	})
	atRoot := rec != nil && slices.Contains(rec.Paths(), "/")
	switch said := fate(false, e.tracesErr) + fate(false, e.metricsErr); {
	case strings.Contains(said, "https://") || strings.Contains(said, "tls"):
		f.Cause = "An OTLP exporter speaks https unless it is told otherwise, and a collector on your own machine rarely does.\nThe service would run on, and say so once in its log."
	case atRoot || strings.Contains(said, "404"):
		f.Cause = "WithEndpointURL takes the whole address, path and all: http://localhost:4318/v1/traces."
	}
	recorder.Fail(t, f)
}

// OTEL_EXPORTER_OTLP_ENDPOINT, and its variants for one signal, should decide where telemetry goes.
func TestEndpointFromEnvironment(t *testing.T) {
	cases := []struct{ traces, metrics, tracesPath, metricsPath string }{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT", "", ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/v1/traces", "/v1/metrics"},
	}
	header := []string{"names a collector", "signal", "there"}
	want, got := [][]string{header}, [][]string{header}
	for _, c := range cases {
		want = append(want, []string{c.traces, "traces", "received"}, []string{c.metrics, "metrics", "received"})
	}
	for _, c := range cases {
		rec := receiver.New(t)
		t.Setenv(c.traces, rec.URL+c.tracesPath)
		t.Setenv(c.metrics, rec.URL+c.metricsPath)
		e := newOTLP(t, recorder.Table(want...))
		e.send(t, 2*time.Second)
		seen := rec.Seen(e.nonce)
		got = append(got,
			[]string{c.traces, "traces", fate(seen.Traces, about(rec, e.tracesErr))},
			[]string{c.metrics, "metrics", fate(seen.Metrics, about(rec, e.metricsErr))})
		_ = os.Unsetenv(c.traces)
		_ = os.Unsetenv(c.metrics)
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	recorder.Fail(t, recorder.At(minimal.OTLP, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "An option in the code beats the environment: whoever deploys this service can't send its telemetry anywhere else.\nPass the option only when the environment names no collector.",
	}))
}

// An https endpoint in the environment should stay encrypted.
func TestTlsFromEnvironment(t *testing.T) {
	const want = "OTEL_EXPORTER_OTLP_ENDPOINT=https://…   traces and metrics, over TLS"
	rec := receiver.NewTLS(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", rec.URL)
	e := newOTLP(t, want)
	e.send(t, 2*time.Second)
	seen := rec.Seen(e.nonce)
	if seen.Traces && seen.Metrics {
		return
	}
	f := recorder.At(minimal.OTLP, finding.Finding{Want: want})
	if clear := rec.InTheClear(); clear > 0 {
		f.Got = "OTEL_EXPORTER_OTLP_ENDPOINT=https://…   sent in the clear, and refused"
		f.Cause = "WithInsecure takes the s out of an https endpoint too, wherever it comes from.\nUse it, or a http:// URL, only when the environment names no collector."
	} else {
		recorder.Needs(t, "endpoint-from-environment")
		f.Got = "OTEL_EXPORTER_OTLP_ENDPOINT=https://…   " + fate(false, about(rec, cmp.Or(e.tracesErr, e.metricsErr)))
	}
	recorder.Fail(t, f)
}

// otlp is the learner's pair of OTLP exporters, and one marked batch of each
// signal that went through them.
type otlp struct {
	traces                sdktrace.SpanExporter
	metrics               sdkmetric.Exporter
	tracesErr, metricsErr error
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

// send exports one span and one metric, and gives each that long.
func (o *otlp) send(t *testing.T, limit time.Duration) {
	res := resource.NewSchemaless(attribute.String("service.name", "checker"), attribute.String(probe.Attribute, o.nonce))
	now := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	o.tracesErr = o.traces.ExportSpans(ctx, tracetest.SpanStubs{
		{Name: "probe", StartTime: now, EndTime: now, Resource: res},
	}.Snapshots())
	ctx, cancel = context.WithTimeout(t.Context(), limit)
	defer cancel()
	o.metricsErr = o.metrics.Export(ctx, &metricdata.ResourceMetrics{
		Resource: res,
		ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{
			Name: "probe", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Time: now, Value: 1}}},
		}}}},
	})
}

// about returns err when it tells of rec, and nil when it tells of another
// address: what happened there is beside the point.
func about(rec *receiver.Receiver, err error) error {
	if err != nil && strings.Contains(err.Error(), strings.TrimPrefix(strings.TrimPrefix(rec.URL, "https://"), "http://")) {
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
	return "not received: it went somewhere else"
}
