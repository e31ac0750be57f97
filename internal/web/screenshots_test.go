package web

import (
	"context"
	"testing"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"

	"github.com/stretchr/testify/require"
)

// The pictures of all views, light and dark, on a desk and on a phone, go to
// the artifacts: a person looks at them. What a machine can say of them is said
// here, and where a service runs or a mistake is shown anyway: nothing scrolls
// sideways, and axe finds nothing serious.
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

	tb.open("/")
	tb.until(`document.querySelectorAll("#check .sides .trace").length === 3`, time.Minute) // the solution's is beside it
	pictures(tb, "workshop")
	tb.open("/lesson/01-minimal")
	pictures(tb, "lesson")

	tb.open("/mistakes")
	pictures(tb, "mistakes")
	tb.open("/story")
	shots(tb, "story") // its thousand rows are like others, and take axe half a minute
}

// shots takes the pictures of what is seen.
func shots(tb *tab, name string) {
	tb.t.Helper()
	for _, width := range []int{1280, 390} {
		for _, dark := range []bool{false, true} {
			tb.shot(name, width, dark)
		}
	}
}

// pictures takes them, and lets axe look at each width and each scheme once; at
// all four when somebody wants to see them.
func pictures(tb *tab, name string) {
	tb.t.Helper()
	for _, width := range []int{1280, 390} {
		for _, dark := range []bool{false, true} {
			tb.shot(name, width, dark)
			if wantsPictures() || dark == (width < 600) {
				tb.accessible()
			}
		}
	}
}
