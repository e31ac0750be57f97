// Package otlpjson writes what the SDK has recorded as OTLP/JSON, so that the same
// waterfall draws it that draws live traces.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#json-protobuf-encoding
package otlpjson

import (
	"encoding/hex"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// An Object is a JSON object in the making.
type Object = map[string]any

// Span returns the element of resourceSpans that has this span alone.
func Span(s tracetest.SpanStub) Object {
	return Object{
		"resource":   encodeResource(s.Resource),
		"scopeSpans": []Object{{"scope": encodeScope(s.InstrumentationScope), "spans": []Object{encodeSpan(s)}}},
	}
}

// Traces returns the document with these elements.
func Traces(resourceSpans []Object) Object { return Object{"resourceSpans": resourceSpans} }

func encodeSpan(s tracetest.SpanStub) Object {
	o := Object{
		"traceId":           s.SpanContext.TraceID().String(),
		"spanId":            s.SpanContext.SpanID().String(),
		"name":              s.Name,
		"kind":              int(s.SpanKind), // the SDK counts as OTLP does: internal 1, server 2, client 3 …
		"startTimeUnixNano": encodeTime(s.StartTime),
		"endTimeUnixNano":   encodeTime(s.EndTime),
		"attributes":        encodeAttributes(s.Attributes),
	}
	if s.Parent.HasSpanID() {
		o["parentSpanId"] = s.Parent.SpanID().String()
	}
	var events []Object
	for _, e := range s.Events {
		events = append(events, Object{"name": e.Name, "timeUnixNano": encodeTime(e.Time), "attributes": encodeAttributes(e.Attributes)})
	}
	if events != nil {
		o["events"] = events
	}
	var links []Object
	for _, l := range s.Links {
		links = append(links, Object{"traceId": l.SpanContext.TraceID().String(), "spanId": l.SpanContext.SpanID().String(), "attributes": encodeAttributes(l.Attributes)})
	}
	if links != nil {
		o["links"] = links
	}
	switch s.Status.Code { // the API and OTLP number these differently
	case codes.Ok:
		o["status"] = Object{"code": 1}
	case codes.Error:
		o["status"] = Object{"code": 2, "message": s.Status.Description}
	}
	return o
}

func encodeScope(s instrumentation.Scope) Object {
	return Object{"name": s.Name, "version": s.Version}
}

func encodeResource(r *resource.Resource) Object {
	return Object{"attributes": encodeAttributes(r.Attributes())}
}

func encodeTime(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func encodeAttributes(kvs []attribute.KeyValue) []Object {
	list := make([]Object, 0, len(kvs))
	for _, kv := range kvs {
		list = append(list, Object{"key": string(kv.Key), "value": encodeValue(kv.Value)})
	}
	return list
}

func encodeValue(v attribute.Value) Object {
	switch v.Type() {
	case attribute.BOOL:
		return Object{"boolValue": v.AsBool()}
	case attribute.INT64:
		return Object{"intValue": strconv.FormatInt(v.AsInt64(), 10)}
	case attribute.FLOAT64:
		return Object{"doubleValue": v.AsFloat64()}
	case attribute.STRING:
		return Object{"stringValue": v.AsString()}
	}
	return Object{"stringValue": v.String()} // slices: as a person reads them
}

func encodeID(id []byte) string { return hex.EncodeToString(id) }
