package terminal

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
	"otel.workshop/internal/waterfall"
)

const cannedDiff = `The flush never happens.

Everything of the last seconds is lost, and *nobody* is told.

Caught-by: some-check
Scenario: sigterm

diff --git a/solutions/02-some/run.go b/solutions/02-some/run.go
--- a/solutions/02-some/run.go
+++ b/solutions/02-some/run.go
@@ -1,3 +1,3 @@
 func run() {
-	return flush(context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second), tracerProvider, meterProvider)
+	return nil
 }
`

func canned(t *testing.T) demo.Result {
	t.Helper()
	v, err := variant.Parse("broken/02-some/no-flush.diff", []byte(cannedDiff))
	require.NoError(t, err)
	scenario, err := demo.ScenarioOf(v)
	require.NoError(t, err)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	request := demo.Request{Path: "/orders/42", Status: 200, Start: at, Took: 2 * time.Second, TraceID: strings.Repeat("ab", 16)}
	return demo.Result{
		Variant: v, Scenario: scenario, Took: 3 * time.Second,
		Broken: demo.Side{
			Name: "broken", Drawn: demo.Drawn{Request: request},
			Ended: shop.Ended{State: "exit status 1", Last: []string{"listening on 127.0.0.1:5000", "\x1b[31mlost it\x1b[0m"}},
		},
		Right: demo.Side{
			Name: "right",
			Drawn: demo.Drawn{Request: request, Received: 1, Traces: waterfall.Layout([]waterfall.Span{
				{TraceID: request.TraceID, SpanID: "02", Name: "GET /orders/{id}", Service: "demo-service", Start: at, End: at.Add(time.Second)},
			})},
			Ended: shop.Ended{State: "exit status 0", Last: []string{"listening on 127.0.0.1:5001"}},
		},
		Figures: []demo.Figure{
			{ID: demo.Answered, Label: "requests answered", Broken: "40 of 40", Right: "40 of 40"},
			{ID: demo.Lost, Label: "answered requests without a server span", Broken: "12", Right: "0", Differs: true},
			{ID: demo.Instruments, Label: "of metrics, only here", Right: "http.server.request.duration with a name that is far too long for its column", Differs: true},
			{ID: demo.Printed, Label: "lines printed last", Broken: "2", Right: "1", Differs: true},
		},
	}
}

func TestDemoTellsInOrder(t *testing.T) {
	text := Demo(canned(t), DemoOptions{}, Look{Width: 100})
	for _, next := range []string{
		"── 02-some · no-flush ─", "The flush never happens.", "ended with SIGTERM",
		"broken", "right", "  requests answered", "≠ answered requests without a server span", "12",
		"One request, broken", "Nothing of it arrived.",
		"One request, right", "GET /orders/{id}",
		"Printed by the broken one alone", "lost it",
		"The mistake", "solutions/02-some/run.go", "@@", "+    return nil",
		"The story", "nobody", "By hand", "go run . run --variant no-flush --fault slow-payment", "3.00 s",
	} {
		_, after, ok := strings.Cut(text, next)
		require.True(t, ok, "%q, after what stands before it, in\n%s", next, text)
		text = after
	}
}

func TestDemoFits(t *testing.T) {
	for _, width := range []int{60, 80, 100} {
		for _, color := range []bool{false, true} {
			text := Demo(canned(t), DemoOptions{}, Look{Width: width, Color: color})
			require.Equal(t, color, strings.Contains(text, "\x1b["), "color only where it is asked for")
			for line := range strings.SplitSeq(text, "\n") {
				require.LessOrEqual(t, ansi.StringWidth(line), width, "%q", line)
			}
		}
	}
}

func TestDemoWithoutDifferenceSaysSo(t *testing.T) {
	r := canned(t)
	r.Figures = r.Figures[:1]
	require.Contains(t, Demo(r, DemoOptions{}, Look{Width: 100}), "No figure tells the two sides apart")
	require.NotContains(t, Demo(r, DemoOptions{}, Look{Width: 100}), "The checker sees it")
	r.Finding = "✗ some-check   Flush.\n\n    want   40 spans\n    got    none"
	require.Contains(t, Demo(r, DemoOptions{}, Look{Width: 100}), "The checker sees it\n"+r.Finding)

	differs := canned(t)
	differs.Finding = r.Finding
	require.NotContains(t, Demo(differs, DemoOptions{}, Look{Width: 100}), "No figure tells")
	require.NotContains(t, Demo(differs, DemoOptions{}, Look{Width: 100}), "The checker sees it")
}

func TestDemoTally(t *testing.T) {
	same := canned(t)
	same.Figures = same.Figures[:1]
	text := DemoTally([]demo.Result{canned(t), canned(t), same}, Look{Width: 100})
	require.Contains(t, text, "differed in 2 of 3 runs")
	require.Contains(t, text, "≠ 2 of 3: answered requests without a server span  12")
	require.NotContains(t, text, "requests answered ")
	require.Empty(t, DemoTally(nil, Look{Width: 100}))
}

// The point, three more, and that there are others.
func TestDemoFolds(t *testing.T) {
	r := canned(t)
	for range 20 {
		r.Figures = append(r.Figures, demo.Figure{ID: demo.Spans, Label: "of many", Broken: "1", Right: "2", Differs: true})
	}
	text := Demo(r, DemoOptions{}, Look{Width: 100})
	require.Equal(t, demo.Shown, strings.Count(text, "≠"))
	require.Contains(t, text, "≠ answered requests without a server span")
	require.Contains(t, text, "… and 19 figures more that differ; --all shows them")
	require.Equal(t, 23, strings.Count(Demo(r, DemoOptions{All: true}, Look{Width: 100}), "≠"))
}

// A request of 20 ms beside one of a second: the bars say so.
func TestWaterfallsHaveOneTimeScale(t *testing.T) {
	r := canned(t)
	span := r.Right.Drawn.Traces[0].Rows[0].Span
	span.End = span.Start.Add(20 * time.Millisecond)
	r.Broken.Drawn.Traces, r.Broken.Drawn.Received = waterfall.Layout([]waterfall.Span{span}), 1
	bars := func(text string) (columns []int) {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "GET /orders/{id}") {
				columns = append(columns, strings.Count(line, "█"))
			}
		}
		return columns
	}
	text := Demo(r, DemoOptions{}, Look{Width: 100})
	got := bars(text)
	require.Equal(t, 1, got[0])
	require.Greater(t, got[1], 50)
	require.Contains(t, text, "GET /orders/{id}  █▌ ", "a sliver, not nothing")
	require.Contains(t, text, "one time scale, 1.00 s from edge to edge")
	require.Contains(t, text, "--own-scale")

	text = Demo(r, DemoOptions{OwnScale: true}, Look{Width: 100})
	got = bars(text)
	require.Greater(t, got[0], 50)
	require.NotContains(t, text, "time scale")
	require.NotContains(t, Demo(canned(t), DemoOptions{}, Look{Width: 100}), "time scale", "there is one waterfall")
}
