package collector

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"otel.workshop/internal/waterfall"
)

// An origin is what the spans of one ScopeSpans share. It is converted when it
// arrives: pdata's own resource would keep its whole request in memory.
type origin struct {
	service  string
	scope    string
	resource pcommon.Map // its attributes
	bytes    int
	refs     int // spans in the store; guarded by its lock
}

// A heldSpan is a span as it was received. pdata's span is never written to
// once it is here, so it may be read without a lock.
type heldSpan struct {
	ptrace.Span
	from  *origin
	bytes int
}

// eachSpan calls f for every span of td, in order. Resources that skip reports
// true for are left out.
func eachSpan(td ptrace.Traces, skip func(pcommon.Resource) bool, f func(heldSpan)) {
	for _, rs := range td.ResourceSpans().All() {
		if skip(rs.Resource()) {
			continue
		}
		// A copy: the resource is part of what holds all spans of the request.
		resource := pcommon.NewMap()
		rs.Resource().Attributes().CopyTo(resource)
		service := valueOf(rs.Resource().Attributes(), "service.name")
		bytes := mapBytes(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			from := &origin{service: service, scope: ss.Scope().Name(), resource: resource}
			from.bytes = bytes + len(from.scope) + 128
			for _, s := range ss.Spans().All() {
				f(heldSpan{Span: s, from: from, bytes: spanBytes(s)})
			}
		}
	}
}

// valueOf prints the value of one attribute, "" when there is none.
func valueOf(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok {
		return printValue(v)
	}
	return ""
}

// spanBytes estimates what a span takes in memory.
func spanBytes(s ptrace.Span) int {
	n := 320 // pdata's struct and ours
	n += len(s.Name()) + len(s.TraceState().AsRaw()) + len(s.Status().Message()) + mapBytes(s.Attributes())
	for _, e := range s.Events().All() {
		n += eventBytes + len(e.Name()) + mapBytes(e.Attributes())
	}
	for _, l := range s.Links().All() {
		n += linkBytes + len(l.TraceState().AsRaw()) + mapBytes(l.Attributes())
	}
	return n
}

// checkIDs says what is wrong with a span that no trace could hold, "" when
// nothing is.
func (s heldSpan) checkIDs() string {
	switch {
	case s.TraceID().IsEmpty():
		return fmt.Sprintf("span %.100q has no trace id", s.Name())
	case s.SpanID().IsEmpty():
		return fmt.Sprintf("span %.100q has no span id", s.Name())
	}
	return ""
}

// waterfalls converts spans. What comes from one origin shares its resource:
// printed for each span, ten thousand times a large one would be without end.
func waterfalls(held []heldSpan) []waterfall.Span {
	resources := make(map[*origin][]waterfall.Attr)
	spans := make([]waterfall.Span, len(held))
	for i, h := range held {
		resource, ok := resources[h.from]
		if !ok {
			resource = attrsOf(h.from.resource)
			resources[h.from] = resource
		}
		spans[i] = h.waterfall(resource)
	}
	return spans
}

func (s heldSpan) waterfall(resource []waterfall.Attr) waterfall.Span {
	w := waterfall.Span{
		TraceID:  s.TraceID().String(),
		SpanID:   s.SpanID().String(),
		ParentID: s.ParentSpanID().String(), // "" when it is empty
		Name:     s.Name(),
		Kind:     kindOf(s.Kind()),
		Service:  s.from.service,
		Scope:    s.from.scope,
		Start:    timeOf(s.StartTimestamp()),
		End:      timeOf(s.EndTimestamp()),
		Error:    s.Status().Code() == ptrace.StatusCodeError,
		OK:       s.Status().Code() == ptrace.StatusCodeOk,
		Status:   s.Status().Message(),
		Attrs:    attrsOf(s.Attributes()),
		Resource: resource,
	}
	for _, e := range s.Events().All() {
		w.Events = append(w.Events, waterfall.Event{
			Name:  e.Name(),
			Time:  timeOf(e.Timestamp()),
			Attrs: attrsOf(e.Attributes()),
		})
	}
	return w
}

// kindOf spells a span's kind. An unspecified one counts as internal.
func kindOf(k ptrace.SpanKind) string {
	switch k {
	case ptrace.SpanKindServer:
		return "server"
	case ptrace.SpanKindClient:
		return "client"
	case ptrace.SpanKindProducer:
		return "producer"
	case ptrace.SpanKindConsumer:
		return "consumer"
	}
	return "internal"
}
