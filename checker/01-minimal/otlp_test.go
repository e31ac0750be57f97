package minimal_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

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

// makeOTLP makes the exporters, or says what hinders it.
func makeOTLP(nonce string) (*otlp, error) {
	e := minimal.OTLP()
	switch {
	case e.Traces == nil:
		return nil, errors.New("OTLP has no function that makes a span exporter")
	case e.Metrics == nil:
		return nil, errors.New("OTLP has no function that makes a metric exporter")
	}
	o := &otlp{nonce: nonce}
	var err error
	if o.traces, err = e.Traces(context.Background()); err == nil {
		o.metrics, err = e.Metrics(context.Background())
	}
	if err != nil {
		return nil, fmt.Errorf("an exporter can't be made: %w", err)
	}
	return o, nil
}

// mustOTLP makes the exporters, or ends the check.
func mustOTLP(t *testing.T, want string) *otlp {
	t.Helper()
	o, err := makeOTLP(rand.Text())
	if err != nil {
		f := recorder.At(minimal.OTLP, finding.Finding{Want: want, Got: err.Error()})
		if isWholeAddress(err.Error()) {
			f = atCall(t, minimal.OTLP, f, "WithEndpoint")
			f.Cause = takesHostAndPort
		}
		recorder.Fail(t, f)
	}
	return o
}

// isWholeAddress reports whether an exporter complains of an address in the
// place of a host.
func isWholeAddress(said string) bool {
	return strings.Contains(said, "%2F") || strings.Contains(said, "invalid port")
}

const takesHostAndPort = "WithEndpoint takes a host and a port, localhost:4318. For a whole address there is WithEndpointURL."

// patience is how long one export may take.
const patience = 2 * time.Second

func (o *otlp) resource() *resource.Resource {
	return resource.NewSchemaless(attribute.String("service.name", "checker"), attribute.String(probe.Attribute, o.nonce))
}

// sendTraces exports one span.
func (o *otlp) sendTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := time.Now()
	o.tracesErr = o.traces.ExportSpans(ctx, tracetest.SpanStubs{
		{Name: "probe", StartTime: now, EndTime: now, Resource: o.resource()},
	}.Snapshots())
}

// sendMetrics exports one metric.
func (o *otlp) sendMetrics() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	o.metricsErr = o.metrics.Export(ctx, &metricdata.ResourceMetrics{
		Resource: o.resource(),
		ScopeMetrics: []metricdata.ScopeMetrics{{Metrics: []metricdata.Metrics{{
			Name: "probe", Data: metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Time: time.Now(), Value: 1}}},
		}}}},
	})
}
