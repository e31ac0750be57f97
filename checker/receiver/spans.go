package receiver

import (
	"encoding/hex"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Spans returns the spans that have arrived, in that order, as the SDK would
// show them: without events, and with attributes of one value alone.
func (r *Receiver) Spans() (spans tracetest.SpanStubs) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rs := range r.spans {
		res := resource.NewSchemaless(attributes(rs.GetResource().GetAttributes())...)
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				stub := span(s)
				stub.Resource = res
				stub.InstrumentationScope = instrumentation.Scope{Name: ss.GetScope().GetName()}
				spans = append(spans, stub)
			}
		}
	}
	return spans
}

// HasServerSpan reports whether a server span of this trace has arrived.
func (r *Receiver) HasServerSpan(traceID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rs := range r.spans {
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				if s.GetKind() == tracepb.Span_SPAN_KIND_SERVER && hex.EncodeToString(s.GetTraceId()) == traceID {
					return true
				}
			}
		}
	}
	return false
}

// ServerTraces returns the ids of the traces of which a server span has arrived.
func (r *Receiver) ServerTraces() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	traces := make(map[string]bool)
	for _, rs := range r.spans {
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				if s.GetKind() == tracepb.Span_SPAN_KIND_SERVER {
					traces[hex.EncodeToString(s.GetTraceId())] = true
				}
			}
		}
	}
	return traces
}

func span(s *tracepb.Span) tracetest.SpanStub {
	stub := tracetest.SpanStub{
		Name:        s.GetName(),
		SpanContext: spanContext(s.GetTraceId(), s.GetSpanId()),
		Parent:      spanContext(s.GetTraceId(), s.GetParentSpanId()),
		SpanKind:    trace.SpanKind(s.GetKind()), // the API counts as OTLP does: internal 1, server 2, client 3 …
		StartTime:   time.Unix(0, int64(s.GetStartTimeUnixNano())),
		EndTime:     time.Unix(0, int64(s.GetEndTimeUnixNano())),
		Attributes:  attributes(s.GetAttributes()),
	}
	for _, l := range s.GetLinks() {
		stub.Links = append(stub.Links, sdktrace.Link{
			SpanContext: spanContext(l.GetTraceId(), l.GetSpanId()),
			Attributes:  attributes(l.GetAttributes()),
		})
	}
	switch s.GetStatus().GetCode() { // the API and OTLP number these differently
	case tracepb.Status_STATUS_CODE_OK:
		stub.Status = sdktrace.Status{Code: codes.Ok}
	case tracepb.Status_STATUS_CODE_ERROR:
		stub.Status = sdktrace.Status{Code: codes.Error, Description: s.GetStatus().GetMessage()}
	}
	return stub
}

// spanContext is empty where an id is none.
func spanContext(traceID, spanID []byte) trace.SpanContext {
	var config trace.SpanContextConfig
	copy(config.TraceID[:], traceID)
	copy(config.SpanID[:], spanID)
	return trace.NewSpanContext(config)
}

func attributes(kvs []*commonpb.KeyValue) (list []attribute.KeyValue) {
	for _, kv := range kvs {
		key := attribute.Key(kv.GetKey())
		switch v := kv.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			list = append(list, key.String(v.StringValue))
		case *commonpb.AnyValue_IntValue:
			list = append(list, key.Int64(v.IntValue))
		case *commonpb.AnyValue_BoolValue:
			list = append(list, key.Bool(v.BoolValue))
		case *commonpb.AnyValue_DoubleValue:
			list = append(list, key.Float64(v.DoubleValue))
		}
	}
	return list
}
