package waterfall_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// names lists the rows that satisfy which, by name.
func names(trace waterfall.Trace, which func(waterfall.Row) bool) []string {
	list := []string{}
	for _, r := range trace.Rows {
		if which(r) {
			list = append(list, r.Span.Name)
		}
	}
	return list
}

func TestLayoutFractions(t *testing.T) {
	traces := waterfall.Layout(canned.TwoSeconds())
	require.Len(t, traces, 1)
	trace := traces[0]
	require.Equal(t, 2040*time.Millisecond, trace.Duration())
	require.Equal(t, []string{"demo-service", "payment-api"}, trace.Services())
	require.Zero(t, trace.Errors())

	root, call := trace.Rows[0], trace.Rows[3]
	require.Equal(t, "HTTP GET", call.Span.Name)
	require.Equal(t, [2]float64{0, 1}, [2]float64{root.Offset, root.Width})
	require.InDelta(t, 16./2040, call.Offset, 1e-9)
	require.InDelta(t, 2010./2040, call.Width, 1e-9)
	require.Equal(t, "payment-api", call.Peer, "the service that answered, rather than its address")
	require.Equal(t, "postgresql", trace.Rows[2].Peer)
	require.Equal(t, []string{"GET /orders/{id}", "GET /payments/{id}"},
		names(trace, func(r waterfall.Row) bool { return r.NewService }))
}

func TestLayoutIgnoresTheOrderOfArrival(t *testing.T) {
	for name, spans := range map[string][]waterfall.Span{
		"two seconds": canned.TwoSeconds(), "many": canned.Many(60), "cycle": canned.Cycle(), "timeless": canned.Timeless(),
	} {
		want := waterfall.Layout(spans)
		slices.Reverse(spans)
		require.Equal(t, want, waterfall.Layout(spans), name)
	}
}

func TestLayoutLeavesItsArgumentAlone(t *testing.T) {
	spans := canned.TwoSeconds()
	slices.Reverse(spans)
	before := slices.Clone(spans)
	waterfall.Layout(spans)
	require.Equal(t, before, spans)
}

func TestLayoutUnderAFakeClock(t *testing.T) {
	tree := func(first, second string) string {
		return waterfall.Tree([]waterfall.Span{
			{TraceID: "t", SpanID: first, Name: "b", Start: canned.Epoch},
			{TraceID: "t", SpanID: second, Name: "a", Start: canned.Epoch},
		})
	}
	require.Equal(t, tree("1", "2"), tree("2", "1"), "random ids must not show")
}

func TestLayoutRoots(t *testing.T) {
	orphan := func(r waterfall.Row) bool { return r.Orphan }
	cycle := func(r waterfall.Row) bool { return r.Cycle }
	root := func(r waterfall.Row) bool { return r.Depth == 0 }

	lost := waterfall.Layout(canned.LostParent())[0]
	require.Equal(t, []string{"load order", "HTTP GET"}, names(lost, orphan))
	require.Equal(t, []string{"load order", "HTTP GET"}, names(lost, root))

	turning := waterfall.Layout(canned.Cycle())[0]
	require.Equal(t, []string{"chicken", "self-made"}, names(turning, cycle))
	require.Empty(t, names(turning, orphan))

	whole := waterfall.Layout(canned.TwoSeconds())[0]
	require.Empty(t, names(whole, orphan))
	require.Empty(t, names(whole, cycle))

	zeros := canned.One()
	zeros[0].ParentID = strings.Repeat("0", 16) // how the SDK prints that there is none
	require.Empty(t, names(waterfall.Layout(zeros)[0], orphan))
}

func TestLayoutTimes(t *testing.T) {
	trace := waterfall.Layout(canned.Skewed())[0]
	require.Equal(t, canned.Epoch.Add(-378*time.Millisecond), trace.Start, "the window begins with the slow clock")
	require.Equal(t, canned.Epoch.Add(2040*time.Millisecond), trace.End)
	pay := trace.Rows[4]
	require.Zero(t, pay.Offset)
	require.Equal(t, 2*time.Second, pay.Span.Duration(), "kept as it was reported")

	for _, r := range waterfall.Layout(canned.Timeless())[0].Rows[1:] {
		require.Zero(t, r.Width, r.Span.Name)
		require.Zero(t, r.Span.Duration(), r.Span.Name)
	}

	far := []waterfall.Span{
		{TraceID: "t", SpanID: "1", Start: time.Unix(-1<<60, 0), End: time.Unix(1<<60, 0)},
		{TraceID: "t", SpanID: "2", Start: canned.Epoch, End: canned.Epoch},
	}
	for _, r := range waterfall.Layout(far)[0].Rows {
		inWindow(t, r)
	}
}

func TestCriticalPath(t *testing.T) {
	critical := func(r waterfall.Row) bool { return r.Critical }
	span := func(id, parent string, from, to int) waterfall.Span {
		return waterfall.Span{TraceID: "t", SpanID: id, ParentID: parent, Name: id, Service: "s",
			Start: canned.Epoch.Add(time.Duration(from)), End: canned.Epoch.Add(time.Duration(to))}
	}
	for _, test := range []struct {
		name  string
		spans []waterfall.Span
		want  []string
	}{
		{"one after the other", canned.TwoSeconds(), []string{"GET /orders/{id}", "load order", "db.query", "HTTP GET", "GET /payments/{id}"}},
		{"side by side, the longer counts", []waterfall.Span{
			span("r", "", 0, 10), span("short", "r", 1, 5), span("long", "r", 1, 9),
		}, []string{"r", "long"}},
		{"what ended before the last one started", []waterfall.Span{
			span("r", "", 0, 10), span("a", "r", 0, 4), span("b", "r", 2, 5), span("c", "r", 5, 9), span("in a", "a", 1, 2), span("in b", "b", 3, 4),
		}, []string{"r", "b", "in b", "c"}},
		{"work in the background was not waited for", canned.Background(), []string{"GET /orders/{id}", "load order"}},
		{"another service's clock may run late", canned.Skewed(), []string{"GET /orders/{id}", "load order", "db.query", "HTTP GET", "GET /payments/{id}"}},
		{"orphans only when there is nothing else", canned.LostParent(), []string{"HTTP GET", "GET /payments/{id}"}},
		{"the root, however short", []waterfall.Span{span("r", "", 0, 1), span("orphan", "x", 0, 9)}, []string{"r"}},
		{"zero length", []waterfall.Span{span("r", "", 0, 4), span("a", "r", 2, 2), span("b", "r", 2, 2), span("c", "r", 4, 4)}, []string{"r", "a", "b", "c"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, names(waterfall.Layout(test.spans)[0], critical))
		})
	}
}

// TestTextShowsEverySpan reads the five hundred names back from the picture.
func TestTextShowsEverySpan(t *testing.T) {
	picture := text(t, canned.Many(500), waterfall.Options{})
	require.Equal(t, 501, strings.Count(picture, "\n"))
	for i := range 500 {
		require.Equal(t, 1, strings.Count(picture, fmt.Sprintf("span %d ", i)), "span %d", i)
	}
}

// TestTextOfHugeTraces draws what a program in an endless recursion, or in an
// endless loop, would send.
func TestTextOfHugeTraces(t *testing.T) {
	for _, spans := range [][]waterfall.Span{canned.Deep(10_000), canned.Wide(10_000)} {
		picture := text(t, spans, waterfall.Options{})
		require.Equal(t, 1+len(spans), strings.Count(picture, "\n"))
	}
}

func inWindow(t *testing.T, r waterfall.Row) {
	t.Helper()
	if !(r.Offset >= 0 && r.Width >= 0 && r.Offset+r.Width <= 1+1e-9) {
		t.Errorf("%q is outside the window: offset %v, width %v", r.Span.Name, r.Offset, r.Width)
	}
}

func TestWithin(t *testing.T) {
	own := waterfall.Layout(canned.TwoSeconds())[0]
	require.Equal(t, own.Duration(), own.Window)

	half := own.Within(2 * own.Duration())
	require.Equal(t, 2*own.Duration(), half.Window)
	require.Equal(t, own.Duration(), half.Duration(), "it takes no longer for that")
	require.InDelta(t, 0.5, half.Rows[0].Width, 1e-9)
	require.InDelta(t, own.Rows[3].Offset/2, half.Rows[3].Offset, 1e-9)
	require.InDelta(t, 1, own.Rows[0].Width, 1e-9, "the other one stays as it is")

	require.Equal(t, own, half.Within(time.Millisecond), "nothing is cut off")
}

// What is far shorter than the window is still seen, and can be held against
// what stands above it.
func TestTextsForComparison(t *testing.T) {
	long := waterfall.Layout(canned.TwoSeconds())[0]
	short := waterfall.Layout(canned.Failed())[0]
	short = short.Within(long.Duration())
	blink := waterfall.Layout(canned.One())[0].Within(long.Duration())
	texts := waterfall.Texts([]waterfall.Trace{long, short, blink}, waterfall.Options{})
	require.Len(t, texts, 3)
	for _, text := range texts {
		sound(t, text, waterfall.Options{})
	}
	golden(t, "texts-compared", strings.Join(texts, "\n"))
}
