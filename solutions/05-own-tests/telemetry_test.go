package owntests

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// What the service tells in this process. A tracer that was asked for before
// anything was registered, as a variable of a package is, stays with the first
// provider: so there is one for all tests, and each finds what is its own.
var (
	recorder = tracetest.NewSpanRecorder()
	reader   = sdkmetric.NewManualReader()
)

func TestMain(m *testing.M) {
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	os.Exit(m.Run())
}

// newCaller returns the context of a caller with a trace of its own, by which a
// test finds its spans among all others.
func newCaller(t *testing.T) context.Context {
	ctx, span := otel.Tracer("caller").Start(t.Context(), t.Name())
	t.Cleanup(func() { span.End() })
	return ctx
}

// A tree is the spans of one trace that have ended.
type tree []sdktrace.ReadOnlySpan

// spans returns those of the caller's trace.
func spans(ctx context.Context) (tr tree) {
	for _, s := range recorder.Ended() {
		if s.SpanContext().TraceID() == trace.SpanContextFromContext(ctx).TraceID() {
			tr = append(tr, s)
		}
	}
	return tr
}

// named returns the span of that name. What else there is, is the service's
// business.
func (tr tree) named(t *testing.T, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	return tr.one(t, name, func(s sdktrace.ReadOnlySpan) bool { return s.Name() == name })
}

// client returns the span of the call that is made.
func (tr tree) client(t *testing.T) sdktrace.ReadOnlySpan {
	t.Helper()
	return tr.one(t, "of kind client", func(s sdktrace.ReadOnlySpan) bool { return s.SpanKind() == trace.SpanKindClient })
}

func (tr tree) one(t *testing.T, what string, is func(sdktrace.ReadOnlySpan) bool) sdktrace.ReadOnlySpan {
	t.Helper()
	found := slices.DeleteFunc(slices.Clone(tr), func(s sdktrace.ReadOnlySpan) bool { return !is(s) })
	if len(found) != 1 {
		t.Fatalf("want one span %s, got %d in\n%s", what, len(found), tr)
	}
	return found[0]
}

// String draws the spans for a test's message.
func (tr tree) String() string {
	var b strings.Builder
	for _, s := range tr {
		fmt.Fprintf(&b, "  %s (%s), status %s\n", s.Name(), s.SpanKind(), s.Status().Code)
	}
	return b.String()
}

// below reports whether a span is the child of another, or a child's child.
func (tr tree) below(s, ancestor sdktrace.ReadOnlySpan) bool {
	parent := s.Parent().SpanID()
	if parent == ancestor.SpanContext().SpanID() {
		return true
	}
	for _, p := range tr {
		if p.SpanContext().SpanID() == parent {
			return tr.below(p, ancestor)
		}
	}
	return false
}

// value returns an attribute of a span as text, or "".
func value(s sdktrace.ReadOnlySpan, key attribute.Key) string {
	set := attribute.NewSet(s.Attributes()...)
	v, _ := set.Value(key)
	return v.String()
}

// A point is what one series of an instrument has measured.
type point struct {
	attributes attribute.Set
	n          float64 // a counter's value, or how many values are in a histogram
	sum        float64 // of a histogram's values
	bounds     []float64
}

// errorType returns the point's error.type, or "".
func (p point) errorType() string {
	v, _ := p.attributes.Value("error.type")
	return v.String()
}

// points returns the series of an instrument, counter or histogram.
func points(t *testing.T, instrument string) map[attribute.Distinct]point {
	t.Helper()
	var rm metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &rm))
	all := make(map[attribute.Distinct]point)
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if m.Name != instrument {
				continue
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					all[p.Attributes.Equivalent()] = point{attributes: p.Attributes, n: float64(p.Value)}
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					all[p.Attributes.Equivalent()] = point{p.Attributes, float64(p.Count), p.Sum, p.Bounds}
				}
			default:
				t.Fatalf("%s is a %T", instrument, m.Data)
			}
		}
	}
	return all
}

// measured returns what f adds to the series of an instrument: sums are
// cumulative, so it takes a difference.
func measured(t *testing.T, instrument string, f func()) (added []point) {
	t.Helper()
	before := points(t, instrument)
	f()
	for key, p := range points(t, instrument) {
		p.n -= before[key].n
		p.sum -= before[key].sum
		if p.n != 0 {
			added = append(added, p)
		}
	}
	return added
}
