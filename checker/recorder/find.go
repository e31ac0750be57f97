package recorder

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// OfKind returns the spans of that kind, in their order.
func OfKind(spans tracetest.SpanStubs, kind trace.SpanKind) tracetest.SpanStubs {
	return slices.DeleteFunc(slices.Clone(spans), func(s tracetest.SpanStub) bool { return s.SpanKind != kind })
}

// Named returns the first span of that name.
func Named(spans tracetest.SpanStubs, name string) (span tracetest.SpanStub, ok bool) {
	i := slices.IndexFunc(spans, func(s tracetest.SpanStub) bool { return s.Name == name })
	if i < 0 {
		return span, false
	}
	return spans[i], true
}

// Below reports whether child is a child of ancestor, or of a child of it, and
// so on: other spans may stand between them.
func Below(spans tracetest.SpanStubs, child, ancestor tracetest.SpanStub) bool {
	if child.SpanContext.TraceID() != ancestor.SpanContext.TraceID() {
		return false
	}
	for range spans { // as many generations as there can be
		if child.Parent.SpanID() == ancestor.SpanContext.SpanID() {
			return true
		}
		i := slices.IndexFunc(spans, func(s tracetest.SpanStub) bool {
			return s.SpanContext.SpanID() == child.Parent.SpanID()
		})
		if i < 0 {
			return false
		}
		child = spans[i]
	}
	return false
}

// Attr returns the value of an attribute as it is printed, and whether it is
// there at all.
func Attr(kvs []attribute.KeyValue, key attribute.Key) (value string, ok bool) {
	i := slices.IndexFunc(kvs, func(kv attribute.KeyValue) bool { return kv.Key == key })
	if i < 0 {
		return "", false
	}
	return kvs[i].Value.String(), true
}
