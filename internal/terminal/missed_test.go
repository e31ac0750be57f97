package terminal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
)

// What a mistake tells stands above what the solution tells, on one time scale,
// and a hostile name commands nothing.
func TestAMistakeThatGotThrough(t *testing.T) {
	spans := func(name string, ms int) []byte {
		return fmt.Appendf(nil, `{"resourceSpans":[{"scopeSpans":[{"spans":[
			{"traceId":"%032d","spanId":"%016d","name":%q,"startTimeUnixNano":"1","endTimeUnixNano":"%d000001"}]}]}]}`, ms, ms, name, ms)
	}
	metrics := func(name string) []byte {
		return fmt.Appendf(nil, `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":%q,"sum":{"isMonotonic":true,"dataPoints":[{"asInt":"3"}]}}]}]}]}`, name)
	}
	res := grader.Result{
		Finding: &finding.Finding{Missed: &finding.Missed{
			Diff: "broken/02-handler-spans/slow-\x1b[2J.diff", Ran: []string{"TestOrder", "TestPool"}, Scene: "the database fails",
			Tells: []string{"wrong one", "b", "c", "d", "not shown"}, Right: []string{"right one"},
		}},
		Traces: spans("wrong span", 8), Metrics: metrics("wrong.count"),
		Right: grader.Right{Traces: spans("right span", 4), Metrics: metrics("right.count")},
	}
	look := Look{Width: 80}
	text := Evidence(res, look)
	at := -1
	for _, part := range []string{
		"What slow-", " tells: the database fails", "wrong span", "wrong.count", "wrong one",
		"What the solution tells", "right span", "right.count", "right one", "Ran, and passed: TestOrder, TestPool",
	} {
		next := strings.Index(text, part)
		require.Greater(t, next, at, "%s in\n%s", part, text)
		at = next
	}
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "not shown")
	bars := strings.FieldsFunc(text, func(r rune) bool { return r != '█' })
	require.Len(t, bars, 2)
	require.InDelta(t, float64(len(bars[0]))/2, float64(len(bars[1])), 4, "half as long, half as wide")

	details := Details(res, look)
	require.Contains(t, details, "wrong span")
	require.Contains(t, details, "right span")

	res.Finding.Missed.Scene = "" // nothing was played
	res.Traces, res.Metrics = nil, nil
	require.Empty(t, Evidence(res, look))
}
