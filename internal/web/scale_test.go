package web

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/variant"
	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// unlike is a demo whose broken side took two seconds and the right one 84 µs.
func unlike(v variant.Variant) demo.Result {
	drawn := func(spans []waterfall.Span) demo.Drawn {
		return demo.Drawn{Request: demo.Request{Path: "/orders/42", Status: 200}, Received: len(spans), Traces: waterfall.Layout(spans)}
	}
	return demo.Result{
		Variant: v,
		Broken:  demo.Side{Name: "broken", Drawn: drawn(canned.TwoSeconds())},
		Right:   demo.Side{Name: "right", Drawn: drawn(canned.One())},
	}
}

// Both waterfalls of a demo have one time scale, so that their bars can be held
// against each other; a switch gives each its own.
func TestWaterfallsHaveOneTimeScale(t *testing.T) {
	s := serve(t, checkout(t), nil)
	variants, err := variant.Load(s.desk.Session().Root())
	require.NoError(t, err)
	v, err := variant.Find(variants, "background-context")
	require.NoError(t, err)
	s.stage.end(v.Name, shown{result: unlike(v)})

	tb := openTab(t, s)
	tb.open("/mistakes/" + v.Name)
	// The first bar of each side, as a share of the space for bars, and the last
	// word of its axis.
	type bar struct {
		Share float64
		Axis  string
	}
	bars := func() []bar {
		return eval[[]bar](tb, `[...document.querySelectorAll(".sides > section")].map((side) => {
			const rect = side.querySelector(".bar"), svg = rect.closest("svg");
			return {Share: rect.getBoundingClientRect().width / svg.getBoundingClientRect().width,
				Axis: [...side.querySelectorAll(".axis text")].at(-1).textContent};
		})`)
	}
	got := bars()
	require.InDelta(t, 1, got[0].Share, 0.02)
	require.Less(t, got[1].Share, 0.02)
	require.Greater(t, got[1].Share, 0.0, "a sliver, not nothing")
	require.Equal(t, "2.04 s", got[0].Axis)
	require.Equal(t, "2.04 s", got[1].Axis)
	require.Contains(t, tb.text("#scale [aria-current]"), "one for both, 2.04 s")
	for _, width := range []int{1280, 390} {
		tb.shot("scale-one", width, false)
		tb.accessible()
	}

	tb.key("c")
	tb.until(`document.querySelector("#scale [aria-current]")?.innerText === "each its own"`, 5*time.Second)
	got = bars()
	require.InDelta(t, 1, got[1].Share, 0.02)
	require.Equal(t, "84 µs", got[1].Axis)
	tb.shot("scale-own", 1280, true)
	tb.accessible()
	// A demo that has run meanwhile leaves the choice as it is.
	tb.until(`document.querySelector("#demo").hasAttribute("data-htmx-powered")`, 5*time.Second)
	s.stage.end(v.Name, shown{result: unlike(v)})
	time.Sleep(300 * time.Millisecond)
	require.Equal(t, "84 µs", bars()[1].Axis)

	tb.key("c")
	tb.until(`document.querySelector("#scale [aria-current]")?.innerText.startsWith("one for both")`, 5*time.Second)
}
