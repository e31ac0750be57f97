package recorder

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// What a check saw is kept in its artifacts as OTLP/JSON, so that the same
// waterfall draws it that draws live traces. A process runs one check, hence
// one set of artifacts.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#json-protobuf-encoding
var kept struct {
	sync.Mutex
	resourceSpans   []object
	resourceMetrics []object
}

// An object is a JSON object in the making.
type object = map[string]any

// AtEnd runs f when the check t is over. The artifact directory is asked for
// here, because a temporary one is removed in a cleanup too, and the last
// registered cleanup runs first.
func AtEnd(t testing.TB, f func()) {
	_ = t.ArtifactDir()
	t.Cleanup(f)
}

// mostKept is how many spans are kept of a check that makes thousands: more than
// anybody will look at.
const mostKept = 200

// KeepSpans adds spans to traces.json among the artifacts of the check t, the
// first ones of very many.
func KeepSpans(t testing.TB, spans tracetest.SpanStubs) {
	t.Helper()
	kept.Lock()
	defer kept.Unlock()
	for _, s := range spans[:min(len(spans), max(0, mostKept-len(kept.resourceSpans)))] {
		kept.resourceSpans = append(kept.resourceSpans, object{
			"resource":   encodeResource(s.Resource),
			"scopeSpans": []object{{"scope": encodeScope(s.InstrumentationScope), "spans": []object{encodeSpan(s)}}},
		})
	}
	if len(kept.resourceSpans) > 0 {
		writeJSON(t, "traces.json", object{"resourceSpans": kept.resourceSpans})
	}
}

func encodeSpan(s tracetest.SpanStub) object {
	o := object{
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
	var events []object
	for _, e := range s.Events {
		events = append(events, object{"name": e.Name, "timeUnixNano": encodeTime(e.Time), "attributes": encodeAttributes(e.Attributes)})
	}
	if events != nil {
		o["events"] = events
	}
	var links []object
	for _, l := range s.Links {
		links = append(links, object{"traceId": l.SpanContext.TraceID().String(), "spanId": l.SpanContext.SpanID().String(), "attributes": encodeAttributes(l.Attributes)})
	}
	if links != nil {
		o["links"] = links
	}
	switch s.Status.Code { // the API and OTLP number these differently
	case codes.Ok:
		o["status"] = object{"code": 1}
	case codes.Error:
		o["status"] = object{"code": 2, "message": s.Status.Description}
	}
	return o
}

func encodeScope(s instrumentation.Scope) object {
	return object{"name": s.Name, "version": s.Version}
}

func encodeResource(r *resource.Resource) object {
	return object{"attributes": encodeAttributes(r.Attributes())}
}

func encodeTime(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func encodeAttributes(kvs []attribute.KeyValue) []object {
	list := make([]object, 0, len(kvs))
	for _, kv := range kvs {
		list = append(list, object{"key": string(kv.Key), "value": encodeValue(kv.Value)})
	}
	return list
}

func encodeValue(v attribute.Value) object {
	switch v.Type() {
	case attribute.BOOL:
		return object{"boolValue": v.AsBool()}
	case attribute.INT64:
		return object{"intValue": strconv.FormatInt(v.AsInt64(), 10)}
	case attribute.FLOAT64:
		return object{"doubleValue": v.AsFloat64()}
	case attribute.STRING:
		return object{"stringValue": v.AsString()}
	}
	return object{"stringValue": v.String()} // slices: as a person reads them
}

func encodeID(id []byte) string { return hex.EncodeToString(id) }

func writeJSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Errorf("keep what the check saw: %v", err)
		return
	}
	write(t, name, data)
}
