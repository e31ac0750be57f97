package waterfall_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// anySpans reads spans out of arbitrary bytes: few ids, so that they collide
// and form circles, times near and absurdly far, and names of whatever is
// left. Each span's scope is its number.
func anySpans(data []byte) []waterfall.Span {
	var spans []waterfall.Span
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	at := func() time.Time {
		switch b := next(); {
		case b < 8:
			return time.Time{}
		case b < 16:
			return time.Unix(int64(b-12)<<58, 0)
		default:
			return canned.Epoch.Add(time.Duration(b) * time.Duration(b) * time.Duration(1+next()*next()))
		}
	}
	take := func(n int) string {
		n = min(n, len(data))
		text := string(data[:n])
		data = data[n:]
		return text
	}
	kinds := []string{"internal", "client", "server", "", "\x1b"}
	for len(data) > 0 && len(spans) < 200 {
		s := waterfall.Span{
			TraceID:  strconv.Itoa(next() % 3),
			SpanID:   strconv.Itoa(next() % 16),
			ParentID: strings.TrimLeft(strconv.Itoa(next()%18), "0"),
			Scope:    strconv.Itoa(len(spans)),
			Start:    at(),
			End:      at(),
		}
		b := next()
		s.Kind = kinds[b%len(kinds)]
		s.Error = b&1 != 0
		s.Name = take(b % 32)
		s.Service = take(b % 5)
		s.Status = take(b % 7)
		s.Attrs = []waterfall.Attr{{Key: take(b % 3), Value: take(b % 11)}, {Key: "db.system.name", Value: s.Name}}
		s.Events = []waterfall.Event{{Name: s.Status, Time: s.End, Attrs: s.Attrs}}
		spans = append(spans, s)
	}
	return spans
}

func FuzzLayout(f *testing.F) {
	for _, spans := range [][]waterfall.Span{canned.Hostile(), canned.WideRunes()} {
		var b strings.Builder
		for i, s := range spans {
			name := s.Name[:min(len(s.Name), 31)]
			b.WriteString("\x00" + string(rune(i)) + "\x01\x20\x01\x01\x40\x01\x01" + string(rune(32+len(name))) + name)
		}
		f.Add([]byte(b.String()), 30, false, false)
		f.Add([]byte(b.String()), 9, true, true)
	}
	f.Add([]byte(strings.Repeat("\x01\x02\x03\x04\x05\x06\x07", 40)), 100, true, true)
	f.Fuzz(func(t *testing.T, data []byte, width int, ascii, color bool) {
		spans := anySpans(data)
		o := waterfall.Options{Width: 1 + abs(width)%200, ASCII: ascii, Color: color}

		drawn := map[string]int{}
		for _, trace := range waterfall.Layout(spans) {
			for i, r := range trace.Rows {
				drawn[r.Span.Scope]++
				inWindow(t, r)
				require.Less(t, r.Parent, i, "a parent is above its children")
				require.Equal(t, trace.ID, r.Span.TraceID)
				if r.Parent >= 0 {
					parent := trace.Rows[r.Parent]
					require.Equal(t, parent.Depth+1, r.Depth)
					require.Equal(t, parent.Span.SpanID, r.Span.ParentID)
					require.False(t, r.Orphan || r.Cycle)
				}
			}
			var b strings.Builder
			require.NoError(t, waterfall.Text(&b, trace, o))
			sound(t, b.String(), o)
			require.GreaterOrEqual(t, strings.Count(b.String(), "\n"), 1+len(trace.Rows))
		}
		require.Len(t, drawn, len(spans))
		for scope, times := range drawn {
			require.Equal(t, 1, times, "span %s", scope)
		}

		sound(t, waterfall.Tree(spans, waterfall.WithStatus(), waterfall.WithAttrs("db.system.name")), waterfall.Options{Width: 1000})
		for _, s := range spans[:min(len(spans), 3)] {
			var b strings.Builder
			require.NoError(t, waterfall.Details(&b, s, o))
			sound(t, b.String(), o)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func BenchmarkText500(b *testing.B) {
	traces := waterfall.Layout(canned.Many(500))
	var out strings.Builder
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := waterfall.Text(&out, traces[0], waterfall.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLayout500(b *testing.B) {
	spans := canned.Many(500)
	b.ReportAllocs()
	for b.Loop() {
		waterfall.Layout(spans)
	}
}
