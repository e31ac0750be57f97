package collector

import (
	"bytes"
	"maps"
	"runtime"
	"slices"
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

// FuzzJSONShape makes texts out of what OTLP knows, so that most of them are
// valid JSON and many are nearly OTLP: deep, wide, and with the wrong value in
// the right place.
func FuzzJSONShape(f *testing.F) {
	f.Add([]byte("resources"))
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{9, 1, 8, 1, 7, 1, 6, 1, 5, 1, 4, 1, 3, 1, 2, 1})
	f.Add(bytes.Repeat([]byte{3, 1, 4, 1, 5, 9, 2, 6}, 30)) // deep
	f.Add(bytes.Repeat([]byte{1, 0, 0, 7}, 60))             // wide
	f.Fuzz(func(t *testing.T, choices []byte) {
		c := &chooser{choices}
		sig := signals[c.choose(len(signals))]
		take(t, []byte(c.object(sig.message(), 0)), otlpJSON)
	})
}

// A chooser makes choices out of bytes: when they are used up, the first.
type chooser struct{ choices []byte }

func (c *chooser) choose(of int) int {
	if len(c.choices) == 0 {
		return 0
	}
	b := c.choices[0]
	c.choices = c.choices[1:]
	return int(b) % of
}

func (c *chooser) object(m *message, depth int) string {
	if depth > 12 || len(c.choices) == 0 {
		return "{}"
	}
	names := slices.Sorted(maps.Keys(m.names))
	var fields []string
	for range 1 + c.choose(4) {
		name := names[c.choose(len(names))]
		f := m.names[name]
		value := c.value(f, depth)
		if f.list != (c.choose(16) == 15) {
			elements := []string{value}
			for range c.choose(5) {
				elements = append(elements, c.value(f, depth))
			}
			value = "[" + strings.Join(elements, ",") + "]"
		}
		if c.choose(32) == 31 {
			name = []string{"", "later", `\u0061ttributes`, "a,[{"}[c.choose(4)]
		}
		fields = append(fields, `"`+name+`":`+value)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// odd are values of all kinds, right ones and wrong ones.
var odd = []string{
	`null`, `1`, `""`, `"5b8efff798038103d269b633813fc60c"`, `"eee19b7ec3c1b174"`, `"name"`, `-1`, `true`, `"12"`, `0.5`, `1e400`, `-0`, `0`, `4294967296`,
	`18446744073709551616`, `"NaN"`, `"aGk="`, `"SPAN_KIND_SERVER"`, `{}`, `[]`, `[[{"a":1}]]`, `",,[{"`, `"\"\\\ud800x\n"`, `1.5e3`, `"1.5"`, `-9223372036854775808`, `0.1e39`,
}

func (c *chooser) value(f *field, depth int) string {
	if f.message != nil && c.choose(16) > 0 {
		return c.object(f.message, depth+1)
	}
	return odd[c.choose(len(odd))]
}
