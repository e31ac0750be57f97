// Package canned holds traces made by hand, for tests, screenshots and the
// page's story view: the workshop's own story first, then whatever makes a
// waterfall hard to draw. Every call returns fresh spans with the same ids and
// times.
package canned

import (
	"fmt"
	"time"

	"otel.workshop/internal/waterfall"
)

// Epoch is when every canned trace starts.
var Epoch = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

const (
	storyTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	otherTrace = "9c1e07aa52cd4f6f8d0b1c2a3e4f5061"

	otelhttp = "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// A builder collects the spans of one trace.
type builder struct {
	trace string
	spans []waterfall.Span
}

// add records a span of demo-service that starts so long after Epoch and takes
// so long. Its id is its number in the trace. The parent is an id, "" for none.
func (b *builder) add(parent, name string, after, took time.Duration) *waterfall.Span {
	b.spans = append(b.spans, waterfall.Span{
		TraceID:  b.trace,
		SpanID:   fmt.Sprintf("%016x", 0xa0+len(b.spans)),
		ParentID: parent,
		Name:     name,
		Kind:     "internal",
		Service:  "demo-service",
		Scope:    "demo.handler",
		Start:    Epoch.Add(after),
		End:      Epoch.Add(after + took),
		Resource: resource("demo-service"),
	})
	return &b.spans[len(b.spans)-1]
}

// fail gives a span the status Error.
func fail(s *waterfall.Span, status string) {
	s.Error, s.Status = true, status
}

// in moves a span to another service.
func in(s *waterfall.Span, service string) {
	s.Service, s.Resource = service, resource(service)
}

func resource(service string) []waterfall.Attr {
	return []waterfall.Attr{
		{Key: "service.name", Value: service},
		{Key: "telemetry.sdk.language", Value: "go"},
		{Key: "telemetry.sdk.name", Value: "opentelemetry"},
		{Key: "telemetry.sdk.version", Value: "1.47.0"},
	}
}
