package collector

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// take gives a body to a store as a receiver does, and reads all that is there
// afterwards. It fails when decoding takes more than was said beforehand.
func take(t *testing.T, body []byte, enc encoding) {
	for _, sig := range signals {
		cost, err := sig.costOf(body, enc)
		if err != nil {
			continue
		}
		s := NewStore(Limits{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = sig.accept(s, body, enc)
		runtime.ReadMemStats(&after)
		if enc == otlpJSON {
			// pdata's decoder is out of step with the text from its first
			// error on, so there must be none.
			require.NoError(t, err, "%s: %q", sig.name, body)
		}
		// What is left over on the way is more than what is kept.
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*cost+256<<10), "%s: %d expected", sig.name, cost)
		for _, tr := range s.Traces() {
			require.NotEmpty(t, s.Trace(tr.ID))
		}
		s.Metrics()
	}
}

func FuzzProtobuf(f *testing.F) {
	f.Add(traceProto(f))
	f.Add(nested(3))
	for _, sig := range signals {
		for _, w := range lists(sig.message()) {
			wire, _ := w.wide(3)
			f.Add(wire)
		}
	}
	f.Add(within([]byte{0x13, 0x0a, 0x00, 0x14}, 2, 1)) // a group
	f.Add(within(nil, 2, 1000, 1))                      // an old field
	f.Fuzz(func(t *testing.T, body []byte) { take(t, body, protobuf) })
}

func FuzzJSON(f *testing.F) {
	f.Add(traceJSON)
	f.Add(gaugeJSON)
	for _, sig := range signals {
		for _, w := range lists(sig.message()) {
			_, text := w.wide(3)
			f.Add(text)
			f.Add(strings.ReplaceAll(text, "null", "1"))
			f.Add(strings.ReplaceAll(text, "null", `"a,[{,"`))
		}
	}
	f.Add(deepJSON(3))
	for _, text := range outOfStep {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, body string) { take(t, []byte(body), otlpJSON) })
}

func FuzzGzip(f *testing.F) {
	f.Add(zip(f, traceProto(f)))
	f.Add(zip(f, bytes.Repeat([]byte{0x12, 0}, 1000)))
	f.Add(zip(f, nil))
	f.Add(append(zip(f, traceProto(f)), zip(f, traceProto(f))...)) // two files in one
	f.Add(zip(f, traceProto(f))[:40])
	f.Add([]byte{0x1f, 0x8b, 8, 0x1c, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		opened, err := unzip(body, maxBody)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(opened), maxBody)
		if len(opened) < 1<<20 {
			take(t, opened, protobuf)
		}
	})
}

// deepJSON is a span whose attribute is a list in a list in a list.
func deepJSON(depth int) string {
	return `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":` +
		strings.Repeat(`{"arrayValue":{"values":[`, depth) + `{}` + strings.Repeat(`]}}`, depth) + `}]}]}]}]}`
}

// outOfStep are texts after whose first error pdata's decoder goes on somewhere
// else than where it was.
var outOfStep = []string{
	`{"":null,"resourceSpans":[null]}`,
	`{"resourceSpans":[{"":[1,1,1]}]}`,
	`{"resourceSpans":[1,1,1]}`,
	`{"resourceSpans":["a,,,,"]}`,
	`{"resourceSpans":{"a":[1]}}`,
	`{"resourceSpans":[[],[[]],{}]}`,
	`{"resourceSpans":[{"schemaUrl":12,"scopeSpans":[",,,,"]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"x","name":",,,"}]}]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"a\"b,,,,","name":""}]}]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":null},{"spanId":5},{"kind":"SPAN_KIND_X"}]}]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1.5},{"endTimeUnixNano":-1},{"flags":1e3}]}]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":{"boolValue":"true"}},{"value":{"bytesValue":"!"}}]}]}]}]}`,
	`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":{"doubleValue":1e999}},{"value":{"intValue":"99999999999999999999"}}]}]}]}]}`,
	`{"newer":1e999,"resourceSpans":[",,,"]}`,
	`{"newer":0.1e39,"resourceSpans":[",,,"]}`,
	`{"newer":[{"a":[true,false,null,-1.5e-7,0,"\"]"]}],"resourceSpans":null}`,
	`{"\u0072esourceSpans":[null],"resource_spans":[{}]}`,
	`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_TRACE"}]}]}]}`,
}
