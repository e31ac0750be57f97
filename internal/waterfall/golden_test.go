package waterfall_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// golden compares a picture with the one in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run go test with -update, and look at what it wrote")
	if got != string(want) {
		t.Errorf("%s is not what is drawn now (-update rewrites it)\nwant\n%s\ngot\n%s", file, want, got)
	}
}

// text draws every trace of the spans, with an empty line in between.
func text(t testing.TB, spans []waterfall.Span, o waterfall.Options) string {
	t.Helper()
	var pictures []string
	for _, trace := range waterfall.Layout(spans) {
		var b strings.Builder
		require.NoError(t, waterfall.Text(&b, trace, o))
		pictures = append(pictures, b.String())
	}
	return strings.Join(pictures, "\n")
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		name  string
		spans []waterfall.Span
		o     waterfall.Options
	}{
		{"two-seconds", canned.TwoSeconds(), waterfall.Options{}},
		{"two-seconds-60", canned.TwoSeconds(), waterfall.Options{Width: 60}},
		{"two-seconds-40", canned.TwoSeconds(), waterfall.Options{Width: 40}},
		{"two-seconds-20", canned.TwoSeconds(), waterfall.Options{Width: 20}},
		{"two-seconds-ascii", canned.TwoSeconds(), waterfall.Options{ASCII: true}},
		{"two-seconds-color", canned.TwoSeconds(), waterfall.Options{Color: true}},
		{"one", canned.One(), waterfall.Options{}},
		{"deep", canned.Deep(30), waterfall.Options{}},
		{"deep-40", canned.Deep(30), waterfall.Options{Width: 40}},
		{"wide", canned.Wide(40), waterfall.Options{}},
		{"many", canned.Many(500), waterfall.Options{}},
		{"failed", canned.Failed(), waterfall.Options{}},
		{"failed-40", canned.Failed(), waterfall.Options{Width: 40}},
		{"failed-20", canned.Failed(), waterfall.Options{Width: 20}},
		{"failed-color", canned.Failed(), waterfall.Options{Color: true}},
		{"cancelled", canned.Cancelled(), waterfall.Options{}},
		{"lost-parent", canned.LostParent(), waterfall.Options{}},
		{"lost-parent-40", canned.LostParent(), waterfall.Options{Width: 40}},
		{"torn", canned.Torn(), waterfall.Options{}},
		{"background", canned.Background(), waterfall.Options{}},
		{"skewed", canned.Skewed(), waterfall.Options{}},
		{"extremes", canned.Extremes(), waterfall.Options{}},
		{"extremes-ascii", canned.Extremes(), waterfall.Options{ASCII: true, Width: 60}},
		{"cycle", canned.Cycle(), waterfall.Options{}},
		{"duplicates", canned.Duplicates(), waterfall.Options{}},
		{"timeless", canned.Timeless(), waterfall.Options{}},
		{"wide-runes", canned.WideRunes(), waterfall.Options{}},
		{"wide-runes-40", canned.WideRunes(), waterfall.Options{Width: 40}},
		{"hostile", canned.Hostile(), waterfall.Options{}},
		{"hostile-ascii", canned.Hostile(), waterfall.Options{ASCII: true, Width: 80}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := text(t, test.spans, test.o)
			sound(t, got, test.o)
			golden(t, "text-"+test.name, got)
		})
	}
}

func TestDetails(t *testing.T) {
	for _, test := range []struct {
		name string
		span waterfall.Span
		o    waterfall.Options
	}{
		{"server", canned.TwoSeconds()[0], waterfall.Options{}},
		{"cancelled", canned.Cancelled()[2], waterfall.Options{}},
		{"cancelled-40", canned.Cancelled()[2], waterfall.Options{Width: 40}},
		{"cancelled-20", canned.Cancelled()[2], waterfall.Options{Width: 20}},
		{"hostile", canned.Hostile()[0], waterfall.Options{Width: 80}},
		{"hostile-ascii", canned.Hostile()[7], waterfall.Options{ASCII: true, Width: 80}},
		{"empty", waterfall.Span{}, waterfall.Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			require.NoError(t, waterfall.Details(&b, test.span, test.o))
			sound(t, b.String(), test.o)
			golden(t, "details-"+test.name, b.String())
		})
	}
}

func TestTree(t *testing.T) {
	torn := canned.Torn()
	stray := canned.Torn()[2]
	stray.SpanID = "00000000000000ff"
	for _, test := range []struct {
		name    string
		spans   []waterfall.Span
		options []waterfall.TreeOption
	}{
		{"one", canned.One(), nil},
		{"two-seconds", canned.TwoSeconds(), nil},
		{"torn", torn, []waterfall.TreeOption{
			waterfall.WithNotes(map[string]string{torn[2].SpanID: "a trace of its own"}),
		}},
		{"attrs", canned.Cancelled(), []waterfall.TreeOption{
			waterfall.WithAttrs("db.system.name", "db.query.text", "http.route"),
			waterfall.WithStatus(),
		}},
		{"everything", append(canned.Failed(), stray), []waterfall.TreeOption{
			waterfall.WithAttrs("http.response.status_code", "error.type"),
			waterfall.WithNotes(map[string]string{stray.SpanID: "where did it come from?"}),
		}},
		{"lost-parent", canned.LostParent(), nil},
		{"cycle", canned.Cycle(), nil},
		{"deep", canned.Deep(30), nil},
		{"wide-runes", canned.WideRunes(), []waterfall.TreeOption{waterfall.WithNotes(map[string]string{
			"00000000000000a0": "注", "00000000000000a1": "wide", "00000000000000a3": "narrow",
		})}},
		{"hostile", canned.Hostile(), []waterfall.TreeOption{waterfall.WithStatus()}},
		{"none", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := waterfall.Tree(test.spans, test.options...)
			sound(t, got, waterfall.Options{Width: 1000})
			require.False(t, strings.HasSuffix(got, "\n"))
			golden(t, "tree-"+test.name, got)
		})
	}
}
