package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// otlp is a span as an exporter in a page sends it.
const otlp = `{"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "a page"}}]},
	"scopeSpans": [{"spans": [{"traceId": %q, "spanId": "00f067aa0ba902b7", "name": "click", "kind": 3,
		"startTimeUnixNano": "1767323045000000000", "endTimeUnixNano": "1767323045100000000"}]}]}]}`

// A page of this machine with an exporter of its own may send to the collector,
// and read its answer: a browser that asks beforehand hears so. A page from
// anywhere else may not, whether the browser asks or not.
func TestPagesThatSend(t *testing.T) {
	s, _ := fake(t)
	collector := s.desk.Collector()
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><title>a page</title>`))
	}))
	t.Cleanup(pages.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(pages.URL, "http://"), ":")

	for name, tc := range map[string]struct {
		host, trace, options string
		answer               string
	}{
		"of this machine":          {"localhost", "0000000000000000000000000000000a", `headers: {"Content-Type": "application/json", "X-Key": "k"}`, "200 {}"},
		"from elsewhere":           {proxied, "0000000000000000000000000000000b", `headers: {"Content-Type": "application/json"}`, "TypeError: Failed to fetch"},
		"from elsewhere, unasked":  {proxied, "0000000000000000000000000000000c", `mode: "no-cors"`, "0 "},     // the page may not read what came of it
		"of this machine, unasked": {"127.0.0.1", "0000000000000000000000000000000d", `mode: "no-cors"`, "0 "}, // as text/plain, which is no OTLP
	} {
		t.Run(name, func(t *testing.T) {
			tb := openTab(t, s)
			tb.origin = "http://" + tc.host + ":" + port
			tb.open("/")
			tb.mu.Lock()
			tb.alone = true // of course it asks somebody else from now on
			tb.mu.Unlock()
			refused := func() int {
				stats := collector.Store().Stats()
				return stats.Refused + stats.NotLocal
			}
			before := refused()
			answer := eval[string](tb, fmt.Sprintf(`fetch(%q, {method: "POST", body: %q, %s}).then(async (r) => r.status + " " + await r.text(), String)`,
				"http://"+collector.HTTPAddr()+"/v1/traces", fmt.Sprintf(otlp, tc.trace), tc.options))
			require.Equal(t, tc.answer, answer)
			spans := collector.Store().Trace(tc.trace)
			if tc.answer == "200 {}" {
				require.Len(t, spans, 1)
				require.Equal(t, "a page", spans[0].Service)
				return
			}
			require.Empty(t, spans)
			require.Greater(t, refused(), before)
		})
	}
}
