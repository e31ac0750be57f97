package web

import (
	"context"
	"testing"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"

	"github.com/stretchr/testify/require"
)

// The pictures of all views, light and dark, on a desk and on a phone, go to
// the artifacts: a person looks at them. What a machine can say of them is said
// here: nothing scrolls sideways, and axe finds nothing serious.
func TestScreenshots(t *testing.T) {
	ss := checkout(t)
	// A mistake that everybody has made: the span that starts from
	// context.Background().
	variants, err := variant.Load(ss.Root())
	require.NoError(t, err)
	v, err := variant.Find(variants, "background-context")
	require.NoError(t, err)
	files, err := v.Apply(ss.Root())
	require.NoError(t, err)
	ss.Grade = func(ctx context.Context, step lesson.Step, o grader.Options) (grader.Report, error) {
		if step.Name == v.Step && o.Files == nil {
			o.Files = files
		}
		return grader.Grade(ctx, step, o)
	}
	s := serve(t, ss, check(t, ss, "02/"+v.CaughtBy[0]))
	tb := openTab(t, s)
	s.desk.Grade(t.Context(), func(desk.Event) {})

	all := func(name string) {
		t.Helper()
		for _, width := range []int{1280, 390} {
			for _, dark := range []bool{false, true} {
				tb.shot(name, width, dark)
				// Each width and each scheme once is enough, unless somebody wants to
				// see them; and the story's thousand rows, which are like others, take
				// half a minute.
				if name != "story" && (wantsPictures() || dark == (width < 600)) {
					tb.accessible()
				}
			}
		}
	}
	tb.open("/")
	tb.until(`document.querySelectorAll("#check .sides .trace").length === 3`, time.Minute) // the solution's is beside it
	all("workshop")
	tb.open("/lesson/01-minimal")
	all("lesson")

	source := shop.Source{Step: "03-db-metrics", Solution: true}
	counter := s.desk.Counter()
	require.NoError(t, counter.Start(t.Context(), source))
	require.NoError(t, counter.Set(shop.SlowPayment, true))
	require.NoError(t, counter.Get(t.Context(), source).Err)
	require.NoError(t, counter.Set(shop.SlowPayment, false))
	for range 30 {
		require.NoError(t, counter.Get(t.Context(), source).Err)
	}
	require.NoError(t, counter.Set(shop.PaymentFails, true))
	last := counter.Get(t.Context(), source)
	require.NoError(t, last.Err)
	tb.open("/live")
	tb.until(`document.querySelectorAll(".plot-card").length > 2 && document.querySelector(".chosen .cross")`, 20*time.Second)
	all("live")

	eval[int](tb, `document.querySelectorAll(".chosen .row summary")[1].click(), 0`)
	tb.until(`document.querySelector(".row[open] .span dl")`, 5*time.Second)
	all("live-span")

	tb.open("/mistakes")
	all("mistakes")
	s.perform(t.Context(), v)
	tb.open("/mistakes/" + v.Name)
	all("mistake")

	tb.open("/story")
	all("story")
}
