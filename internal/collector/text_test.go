package collector

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Texts that pdata's decoder would make gigabytes of, or be busy with for
// minutes, should be refused with a reason, and cost little.
func TestHostileJSON(t *testing.T) {
	const many = 3_000_000
	spans := func(s string) string { return `{"resourceSpans":[{"scopeSpans":[{"spans":` + s + `}]}]}` }
	list := func(element string) string { return "[" + strings.Repeat(element+",", many-1) + element + "]" }
	attribute := func(value string) string { return spans(`[{"attributes":[{"key":"k","value":` + value + `}]}]`) }
	tests := []struct {
		name, text string
		status     int
		says       string
	}{
		{"null spans", spans(list("null")), 413, "128 MiB of memory"},
		{"empty spans", spans(list("{}")), 413, "128 MiB of memory"},
		{"numbers for spans", spans(list("1")), 400, "spans should hold an object, not a number"},
		{"null resources", `{"resourceSpans":` + list("null") + `}`, 413, "128 MiB of memory"},
		{"null attributes", spans(`[{"attributes":` + list("null") + `}]`), 413, "128 MiB of memory"},
		{"null events", spans(`[{"events":` + list("null") + `}]`), 413, "128 MiB of memory"},
		{"a list of nulls", attribute(`{"arrayValue":{"values":` + list("null") + `}}`), 413, "128 MiB of memory"},
		{"a map of nulls", attribute(`{"kvlistValue":{"values":` + list("null") + `}}`), 413, "128 MiB of memory"},
		{"lists in lists", deepJSON(2000), 400, "nested more than 100 deep"},
		{"lists in lists that nobody knows", `{"x":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `}`, 400, "not valid JSON"},
		{"commas in a string", spans(`["` + strings.Repeat(",", many) + `"]`), 400, "spans should hold an object, not a string"},
		{"commas after an error", `{"resourceSpans":[{"schemaUrl":1,"scopeSpans":"` + strings.Repeat(",[", many) + `"}]}`, 400, "schemaUrl should hold a string"},
		{"a name of nothing", `{"":null,"resourceSpans":` + list("1") + `}`, 400, "a field without a name"},
		{"a long number", `{"x":1e` + strings.Repeat("1", many) + `}`, 400, "more than 320 digits"},
		{"a long number for a sum", `{"x":[{}],"y":-` + strings.Repeat("1", many) + `.5e7}`, 400, "more than 320 digits"},
	}
	c := start(t, Limits{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := zip(t, []byte(tt.text))
			var status int
			var answer string
			require.Less(t, allocated(func() {
				status, answer, _ = post(t, c, "/v1/traces", js, body, "Content-Encoding", "gzip")
			}), uint64(96<<20), "opening alone takes 20 MiB")
			require.Equal(t, tt.status, status, answer)
			require.Contains(t, answer, tt.says)
		})
	}
	status, answer, _ := post(t, c, "/v1/metrics", js, []byte(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"bucketCounts":`+
		"["+strings.Repeat("1,", 8<<20-200)+`1]}]}}]}]}]}`))
	require.Equal(t, 413, status, answer)
	require.Empty(t, c.Store().Traces())
}

// What is OTLP should be taken, whoever wrote it: names in either spelling,
// numbers in quotes or without, nulls, fields of a later version.
func TestJSONInAllSpellings(t *testing.T) {
	text := `{"resource_spans":[{"resource":null,"scopeSpans":[{"scope":{},"spans":[
		{"trace_id":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","parentSpanId":"","name":"\u0061 \"quoted\" \\ one","kind":"SPAN_KIND_SERVER",
		 "start_time_unix_nano":1544712660000000000,"endTimeUnixNano":"1544712661000000000","flags":257,"events":null,"later":{"":[1.5e3,{"a":[]}]},
		 "attributes":[{"key":null,"value":{"doubleValue":"NaN"}},{"key":"i","value":{"intValue":-5}},{"key":"d","value":{"doubleValue":-1.25e-7}}]}
	]}],"schemaUrl":"\ud83d\ude00"}] , "x" : [ ] }`
	c := start(t, Limits{})
	status, answer, _ := post(t, c, "/v1/traces", js, []byte(text))
	require.Equal(t, 200, status, answer)
	spans := c.Store().Trace("5b8efff798038103d269b633813fc60c")
	require.Len(t, spans, 1)
	require.Equal(t, `a "quoted" \ one`, spans[0].Name)
	require.Equal(t, "=NaN i=-5 d=-1.25e-7", line(spans[0].Attrs))
}
