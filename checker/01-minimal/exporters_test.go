package minimal_test

import (
	"context"
	"errors"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
)

// A trouble is what can be wrong with one signal's exporter, and the collector
// behind it. The zero trouble is none.
type trouble struct {
	takes    time.Duration // how long each export takes, unless its context ends before
	refuses  error         // what an export returns: nothing gets through
	cantStop error         // what Shutdown returns
	hangs    bool          // Shutdown waits until its context is done
}

// forEver is how long an export takes at a collector that never answers.
const forEver = 24 * time.Hour

// errStopped is what an exporter says to what comes after its Shutdown, as
// those of OTLP do.
var errStopped = errors.New("the exporter has been shut down")

// through has a trouble befall an export, and returns what came of it.
func (t trouble) through(ctx context.Context) error {
	if t.takes > 0 {
		select {
		case <-time.After(t.takes):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return t.refuses
}

// stop has a trouble befall a Shutdown.
func (t trouble) stop(ctx context.Context) error {
	if t.hangs {
		<-ctx.Done()
	}
	return t.cantStop
}

// spanExporter is a sink with a trouble.
type spanExporter struct {
	*recorder.SpanSink
	trouble
	late names // what came after Shutdown
}

func (e *spanExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if e.Stopped() {
		for _, s := range spans {
			e.late.add(s.Name())
		}
		return errStopped
	}
	if err := e.through(ctx); err != nil {
		return err
	}
	return e.SpanSink.ExportSpans(ctx, spans)
}

func (e *spanExporter) Shutdown(ctx context.Context) error {
	err := e.SpanSink.Shutdown(ctx)
	return errors.Join(e.stop(ctx), err)
}

// metricExporter is a sink with a trouble.
type metricExporter struct {
	*recorder.MetricSink
	trouble
	late names // what came after Shutdown
}

func (e *metricExporter) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	if e.Stopped() {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				e.late.add(m.Name)
			}
		}
		return errStopped
	}
	if err := e.through(ctx); err != nil {
		return err
	}
	return e.MetricSink.Export(ctx, rm)
}

func (e *metricExporter) Shutdown(ctx context.Context) error {
	err := e.MetricSink.Shutdown(ctx)
	return errors.Join(e.stop(ctx), err)
}

var (
	_ sdktrace.SpanExporter = (*spanExporter)(nil)
	_ sdkmetric.Exporter    = (*metricExporter)(nil)
)
