package demo_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/variant"
)

// A told is what a text says of a demo in figures: a phrase with # for each of
// them, and what a run shows in their places. A phrase without # says that
// there is none of something.
type told struct {
	phrase string
	about  bool // they may be off by a fifth, as times are; counts may not
	shown  func(broken, right demo.Side) []float64
}

// toldToInstructors is what INSTRUCTOR.md says of the demos with a ★.
var toldToInstructors = map[string][]told{
	"no-propagator": {
		{"# of # spans outside their caller's trace", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Outside, b.Telemetry.ServerSpans) }},
		{"# traces for each request instead of #", false, func(b, r demo.Side) []float64 { return []float64{tracesEach(b), tracesEach(r)} }},
	},
	"https-to-plain-collector": {
		{"# of # spans", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.ServerSpans, len(b.Callers.Answered())) }},
	},
	"no-shutdown": {
		{"# of # answered requests have no span", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Lost, len(b.Callers.Answered())) }},
		{"no metric has arrived at all", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Series()) }},
		{"Why #, and not all", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Lost) }},
		{"it is full: #", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Spans) }},
	},
	"background-context": {
		{"# traces for each request", false, func(b, _ demo.Side) []float64 { return []float64{tracesEach(b)} }},
	},
	"body-not-closed": {
		{"# spans whose parent never arrived", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Orphans) }},
		{"failed for # requests", false, func(b, _ demo.Side) []float64 { return counts(b.Callers.Statuses()[502]) }},
		{"The thirty-first is a #", false, func(_, r demo.Side) []float64 { // the other one that the payment API answers with an error
			status, _ := strconv.Atoi(r.Telemetry.ErrorTypes[0])
			return counts(status)
		}},
	},
	"success-only-counter": {
		{"# queries counted, for # requests", false, func(b, _ demo.Side) []float64 {
			n, _ := b.Telemetry.Total("db.query.count")
			return counts(n, len(b.Callers.Requests))
		}},
	},
	"default-buckets": {
		{"p50 of # s, p99 of # s, all in one bucket", true, func(b, _ demo.Side) []float64 {
			return []float64{queryTime(b, 0.5).Value, queryTime(b, 0.99).Value}
		}},
		{"saw milliseconds and # s", true, func(b, _ demo.Side) []float64 { return seconds(b.Callers.Quantile(0.99)) }},
		{"a bucket from # to #", false, func(b, _ demo.Side) []float64 { return bucket(queryTime(b, 0.5)) }},
		{"p99 is # s", true, func(_, r demo.Side) []float64 { return []float64{queryTime(r, 0.99).Value} }},
		{"between # and # s", false, func(_, r demo.Side) []float64 { return bucket(queryTime(r, 0.99)) }},
	},
	"order-id-attribute": {
		{"# series instead of #", false, func(b, r demo.Side) []float64 { return counts(b.Telemetry.Series(), r.Telemetry.Series()) }},
		{"# measurements in the overflow", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Overflow()) }},
	},
	"cancelled-flush": {
		{"About # of # answered requests have no span", true, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Lost, len(b.Callers.Answered())) }},
		{"no metric at all", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Series()) }},
		{"the right side loses none", false, func(_, r demo.Side) []float64 { return counts(r.Telemetry.Lost) }},
		{"full batch of # spans", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Spans) }},
	},
	"blocking-exporter": {
		{"# callers hung up", false, func(b, _ demo.Side) []float64 { return counts(b.Callers.HungUp()) }},
		{"p50 of # s", true, func(b, _ demo.Side) []float64 { return seconds(b.Callers.Quantile(0.5)) }},
		{"server spans of # s", true, func(b, _ demo.Side) []float64 { return seconds(b.Telemetry.LongestOf["GET /orders/{id}"]) }},
	},
	"span-never-ended": {
		{"# spans whose parent never arrived", false, func(b, _ demo.Side) []float64 { return counts(b.Telemetry.Orphans) }},
		{"down for # requests", false, func(b, _ demo.Side) []float64 { return counts(b.Callers.Statuses()[500]) }},
	},
}

// toldInStories is what stories in broken/ say of their own demos.
var toldInStories = map[string][]told{
	"default-buckets": {
		{"The SDK's are #, #, #, # … #", false, func(b, _ demo.Side) []float64 {
			h, _ := b.Telemetry.Histogram("db.query.duration")
			return append(h.Bounds[:4:4], h.Bounds[len(h.Bounds)-1])
		}},
		{"between # and # s", false, func(b, _ demo.Side) []float64 { return bucket(queryTime(b, 0.5)) }},
	},
	"instance-id-hard-coded": {
		{"After one the chart says #, after the other #", false, func(b, _ demo.Side) []float64 {
			return []float64{float64(b.Counted[0]), float64(b.Counted[1])}
		}},
	},
	"milliseconds": {
		{"99th percentile reads # s", true, func(b, _ demo.Side) []float64 { return []float64{queryTime(b, 0.99).Value} }},
	},
	"order-id-attribute": {
		{"Past # the SDK folds", false, func(b, _ demo.Side) []float64 {
			m, _ := b.Telemetry.Biggest()
			return counts(len(m.Points))
		}},
	},
	"recovered-outside": {
		{"# customers with a #", false, func(b, _ demo.Side) []float64 { return counts(b.Callers.Statuses()[500], 500) }},
	},
	"receipt-in-request": {
		{"it is # ms longer", true, func(b, r demo.Side) []float64 {
			return milliseconds(b.Drawn.Request.Took - r.Drawn.Request.Took)
		}},
	},
	"goroutine-holds-span": {
		{"answering takes # ms", true, func(b, _ demo.Side) []float64 { return milliseconds(drawnFor(b, "answer")) }},
	},
	"receipts-not-awaited": {
		{"within its # ms", true, func(_, r demo.Side) []float64 { return milliseconds(drawnFor(r, "receipt.send")) }},
	},
}

// What is said of a demo is what it shows: each figure that INSTRUCTOR.md has
// of the demos with a ★, and those of the stories that are about a run. What
// chance and a busy machine may change gets a second and a third run.
func TestFiguresToldAreShown(t *testing.T) {
	t.Parallel()
	paragraphs := starred(t)
	names := map[string]bool{}
	for name := range toldToInstructors {
		names[name] = true
	}
	for name := range toldInStories {
		names[name] = true
	}
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := find(t, name)
			var off []string
			for try := range 3 {
				run := demoOnce
				if try > 0 {
					run = demoAgain
				}
				r, err := run(t, v)
				if errors.Is(err, demo.ErrDefaultTaken) {
					t.Skip(err)
				}
				require.NoError(t, err)
				off = nil
				for _, s := range toldToInstructors[name] {
					off = append(off, s.off(t, "INSTRUCTOR.md", paragraphs[name], r)...)
				}
				for _, s := range toldInStories[name] {
					off = append(off, s.off(t, v.Path, v.Story, r)...)
				}
				if off == nil {
					return
				}
			}
			t.Error(strings.Join(off, "\n"))
		})
	}
}

// No figure of a demo with a ★ is told that nothing holds.
func TestEachFigureToldToInstructorsIsHeld(t *testing.T) {
	paragraphs := starred(t)
	require.Len(t, toldToInstructors, len(paragraphs))
	noFigure := regexp.MustCompile("`[^`]*`|port 4318|check [0-9.]+")
	digit := regexp.MustCompile(`.{0,20}\d.{0,20}`)
	for name, text := range paragraphs {
		for _, s := range toldToInstructors[name] {
			text = s.pattern().ReplaceAllString(text, "")
		}
		require.Empty(t, digit.FindAllString(noFigure.ReplaceAllString(text, ""), -1), name)
	}
}

// starred returns the paragraphs of INSTRUCTOR.md by the mistakes with a ★
// that they are about.
func starred(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "INSTRUCTOR.md"))
	require.NoError(t, err)
	paragraphs := map[string]string{}
	for name := range variant.Starred(root) {
		_, rest, ok := strings.Cut(string(text), "**`"+name+"`** ★")
		require.True(t, ok)
		paragraphs[name], _, _ = strings.Cut(rest, "\n\n")
	}
	return paragraphs
}

// off says where a run shows other figures than text does.
func (s told) off(t *testing.T, where, text string, r demo.Result) (off []string) {
	t.Helper()
	found := s.pattern().FindStringSubmatch(text)
	require.NotNil(t, found, "%s does not say %q of %s: write the figures in this way, or say here how else", where, s.phrase, r.Variant.Name)
	shown := s.shown(r.Broken, r.Right)
	if len(found) == 1 {
		for _, n := range shown {
			if n != 0 {
				off = append(off, fmt.Sprintf("%s says %q, and a run shows %g", where, found[0], n))
			}
		}
		return off
	}
	require.Len(t, shown, len(found)-1, s.phrase)
	for i, figure := range found[1:] {
		says, err := strconv.ParseFloat(strings.ReplaceAll(figure, ",", ""), 64)
		require.NoError(t, err)
		most := 0.0
		if s.about {
			most = shown[i] / 5
		}
		if math.Abs(says-shown[i]) > most {
			off = append(off, fmt.Sprintf("%s says %s in %q, and a run shows %.4g", where, figure, found[0], shown[i]))
		}
	}
	return off
}

// pattern finds the phrase, however its lines are broken, with its figures.
func (s told) pattern() *regexp.Regexp {
	p := regexp.QuoteMeta(s.phrase)
	p = strings.ReplaceAll(p, "#", `(\d[\d,]*(?:\.\d+)?)`)
	return regexp.MustCompile(strings.ReplaceAll(p, " ", `\s+`))
}

func counts(all ...int) []float64 {
	out := make([]float64, len(all))
	for i, n := range all {
		out[i] = float64(n)
	}
	return out
}

func seconds(d time.Duration) []float64 { return []float64{d.Seconds()} }

func milliseconds(d time.Duration) []float64 { return []float64{d.Seconds() * 1000} }

func bucket(e demo.Estimate) []float64 { return []float64{e.Low, e.High} }

// tracesEach is how many traces there are for each request.
func tracesEach(s demo.Side) float64 {
	n := len(s.Callers.Requests)
	return float64(n+s.Telemetry.Strays) / float64(n)
}

// queryTime is a percentile of db.query.duration.
func queryTime(s demo.Side, q float64) demo.Estimate {
	h, ok := s.Telemetry.Histogram("db.query.duration")
	if !ok {
		return demo.Estimate{}
	}
	return h.Quantile(q)
}

// drawnFor is how long the span of this name is that is drawn.
func drawnFor(s demo.Side, name string) time.Duration {
	for _, trace := range s.Drawn.Traces {
		for _, row := range trace.Rows {
			if row.Span.Name == name {
				return row.Span.Duration()
			}
		}
	}
	return 0
}
