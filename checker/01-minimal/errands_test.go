package minimal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// An environment is what a process begins with, so what it decides is seen in
// processes of their own: code may read it at once, or once and for all. What
// such a process is to do is in the variable errand.
const (
	errand         = "WORKSHOP_ERRAND"
	errandDescribe = "describe"
	errandSend     = "send"
	errandDrain    = "drain"
	errandBreak    = "break"
)

// runErrand has a process with these variables do something, and reads what it
// reports into result. what says it, should it fail.
func runErrand(t *testing.T, what string, result any, env ...string) error {
	out, err := recorder.Errand(t, 8*time.Second, append(env, errand+"="+what)...)
	if err != nil {
		return err
	}
	_, report, _ := bytes.Cut(out, []byte(reported)) // after whatever else was printed
	if err := json.NewDecoder(bytes.NewReader(report)).Decode(result); err != nil {
		return fmt.Errorf("read what the process reports: %w", err)
	}
	return nil
}

const reported = "\nreport: "

// report is how a process answers runErrand.
func report(result any) error {
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%s%s\n", reported, data)
	return err
}

// A description is what a service says of itself.
type description struct {
	Resource map[string]string // from NewResource
	Spans    map[string]string // the resource that spans were exported with; nil if none was
	Metrics  map[string]string
}

// mustDescribe ends the check because a process could not say anything of
// itself in an environment with these variables.
func mustDescribe(t *testing.T, err error, env []string) {
	t.Helper()
	text := recorder.Table(rows(env)...) + "\n"
	recorder.Fail(t, recorder.At(minimal.NewResource, finding.Finding{
		Want: text + "a resource, and no error",
		Got:  text + err.Error(),
	}))
}

func rows(lines []string) (rows [][]string) {
	for _, line := range lines {
		rows = append(rows, []string{line})
	}
	return rows
}

// carryOn tells a process to describe itself as far as it goes, whatever
// errors there are.
const carryOn = "WORKSHOP_CARRY_ON"

// describe is the errand of describeInEach.
func describe() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var of map[string]string
	res, err := minimal.NewResource(ctx)
	carryOn := os.Getenv(carryOn) != ""
	if err == nil {
		of = asMap(res)
	} else if !carryOn {
		return fmt.Errorf("NewResource: %w", err)
	}
	var e describedExporter
	shutdown, err := minimal.Setup(ctx, minimal.Exporters{
		Traces:  func(context.Context) (sdktrace.SpanExporter, error) { return &e.spans, nil },
		Metrics: func(context.Context) (sdkmetric.Exporter, error) { return &e.metrics, nil },
	})
	switch {
	case err == nil:
	case carryOn:
		return report(description{Resource: of})
	default:
		return fmt.Errorf("Setup: %w", err)
	}
	record(ctx)
	if shutdown != nil {
		_ = shutdown(ctx) // what it says is another check's subject
	}
	return report(description{of, e.spans.get(), e.metrics.get()})
}

// describedExporter keeps nothing but the resource of what it is given.
type describedExporter struct {
	spans   describedSpans
	metrics describedMetrics
}

// described is the first resource that was seen. Safe for concurrent use.
type described struct {
	mu  sync.Mutex
	res map[string]string
}

func (d *described) note(r *resource.Resource) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.res == nil {
		d.res = asMap(r)
	}
}

func (d *described) get() map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.res
}

func (d *described) Shutdown(context.Context) error   { return nil }
func (d *described) ForceFlush(context.Context) error { return nil }

type describedSpans struct{ described }

func (d *describedSpans) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		d.note(s.Resource())
	}
	return nil
}

type describedMetrics struct{ described }

func (d *describedMetrics) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

func (d *describedMetrics) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (d *describedMetrics) Export(_ context.Context, rm *metricdata.ResourceMetrics) error {
	d.note(rm.Resource)
	return nil
}

func asMap(r *resource.Resource) map[string]string {
	m := make(map[string]string)
	for _, kv := range r.Attributes() {
		m[string(kv.Key)] = kv.Value.String()
	}
	return m
}
