package scenes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/otlpjson"
	"otel.workshop/internal/trial"
)

// record plays a scene, and returns what was told meanwhile: the spans that have
// ended, as a backend would have them, and what was added to the store's metrics.
func (s *service) record(name string, play func(*service)) trial.Scene {
	before := len(s.spans.Ended())
	s.says, s.apiFails = nil, false
	play(s)
	spans := s.spans.Ended()[before:]
	var rm metricdata.ResourceMetrics
	_ = s.reader.Collect(context.Background(), &rm) // what there is, is what is shown
	rm.ScopeMetrics = slices.DeleteFunc(rm.ScopeMetrics, func(sm metricdata.ScopeMetrics) bool {
		return !slices.ContainsFunc(sm.Metrics, ours)
	})
	scene := trial.Scene{Name: name, Spans: told(spans), Points: measured(rm)}
	var elements []otlpjson.Object
	for _, span := range tracetest.SpanStubsFromReadOnlySpans(spans) {
		elements = append(elements, otlpjson.Span(span))
	}
	scene.Traces = encode(otlpjson.Traces(elements))
	if o := otlpjson.Metrics(rm); o != nil {
		scene.Metrics = encode(otlpjson.AllMetrics([]otlpjson.Object{o}))
	}
	return scene
}

// encode never fails: an object has maps, slices, texts and numbers in it.
func encode(o otlpjson.Object) json.RawMessage {
	data, _ := json.Marshal(o)
	return data
}

// ours reports whether a metric is the store's.
func ours(m metricdata.Metrics) bool { return strings.HasPrefix(m.Name, "db.") }

// telling are the attributes that a lesson asks for.
var telling = []attribute.Key{"error.type", "order.id", "order.status", baggageHeader}

// told draws spans as trees, without anything that differs from run to run.
func told(spans []sdktrace.ReadOnlySpan) string {
	below := make(map[trace.SpanID][]sdktrace.ReadOnlySpan)
	known := make(map[trace.SpanID]bool)
	for _, s := range spans {
		known[s.SpanContext().SpanID()] = true
	}
	for _, s := range spans {
		parent := s.Parent().SpanID()
		if !known[parent] {
			parent = trace.SpanID{}
		}
		below[parent] = append(below[parent], s)
	}
	var draw func(parent trace.SpanID, indent string) string
	draw = func(parent trace.SpanID, indent string) string {
		var trees []string
		for _, s := range below[parent] {
			line := fmt.Sprintf("%s%s (%s), status %s", indent, s.Name(), s.SpanKind(), s.Status().Code)
			if !parent.IsValid() && s.Parent().SpanID().IsValid() {
				line += ", without its parent"
			}
			set := attribute.NewSet(s.Attributes()...)
			for _, key := range telling {
				if v, ok := set.Value(key); ok {
					line += fmt.Sprintf(", %s=%s", key, v.String())
				}
			}
			trees = append(trees, line+"\n"+draw(s.SpanContext().SpanID(), indent+"  "))
		}
		slices.Sort(trees)
		return strings.Join(trees, "")
	}
	return draw(trace.SpanID{}, "")
}

// measured lists points without what differs from run to run: times, and how many
// connections wait.
func measured(rm metricdata.ResourceMetrics) string {
	var lines []string
	add := func(m metricdata.Metrics, set attribute.Set, format string, values ...any) {
		lines = append(lines, m.Name+" "+set.Encoded(attribute.DefaultEncoder())+": "+fmt.Sprintf(format, values...))
	}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					if state, _ := p.Attributes.Value("db.client.connection.state"); state.AsString() != "idle" {
						add(m, p.Attributes, "%d", p.Value)
					}
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					together := "below 1"
					if p.Sum > 1 {
						together = "above 1"
					}
					add(m, p.Attributes, "%d in buckets up to %v, together %s", p.Count, p.Bounds, together)
				}
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
