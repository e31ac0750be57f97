package waterfall

import (
	"errors"
	"go/parser"
	"go/token"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFormatDuration(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 ns":          0,
		"850 ns":        850,
		"1 µs":          time.Microsecond,
		"9.9 µs":        9949,
		"10 µs":         9950,
		"12 µs":         12 * time.Microsecond,
		"999 µs":        999_499,
		"1 ms":          999_500,
		"9.1 ms":        9100 * time.Microsecond,
		"12 ms":         12 * time.Millisecond,
		"1.00 s":        999_500 * time.Microsecond,
		"2.04 s":        2040 * time.Millisecond,
		"10.0 s":        9995 * time.Millisecond,
		"59.9 s":        59_949 * time.Millisecond,
		"1 m":           59_950 * time.Millisecond,
		"20 m 3 s":      20*time.Minute + 3*time.Second,
		"1 h":           time.Hour - time.Millisecond,
		"3 h 5 m":       3*time.Hour + 5*time.Minute,
		"1 d":           24*time.Hour - time.Second,
		"2 d 4 h":       52*time.Hour + 29*time.Minute,
		"106751 d 23 h": math.MaxInt64,
		"-12 ms":        -12 * time.Millisecond,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%d ns: got %q, want %q", d, got, want)
		}
	}
	require.NotPanics(t, func() { FormatDuration(math.MinInt64) })
}

func TestBar(t *testing.T) {
	for _, test := range []struct {
		offset, width float64
		want          string // on eight columns
		ascii         string
	}{
		{0, 1, "████████", "========"},
		{0, 0, "▏", "|"},
		{1, 0, "       ▕", "       |"},
		{0.5, 0, "    ▏", "    |"},
		{0.5, 0.5, "    ████", "    ===="},
		{0, 1. / 64, "▏", "|"},
		{0, 3. / 64, "▍", "|"},
		{1. / 64, 9. / 64, "█▎", "=="},
		{3. / 64, 9. / 64, "▐▌", "=="},
		{7. / 64, 9. / 64, "▕█", "=="},
		{2. / 64, 1. / 64, "▏", "|"},
		{6. / 64, 1. / 64, "▕", "|"},
		{-1, 5, "████████", "========"},
		{9, 9, "       ▕", "       |"},
	} {
		before, blocks := bar(test.offset, test.width, 8, false)
		require.Equal(t, test.want, spaces(before)+blocks, "%v", test)
		before, blocks = bar(test.offset, test.width, 8, true)
		require.Equal(t, test.ascii, spaces(before)+blocks, "%v", test)
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"load order", 10, "load order"},
		{"load order", 9, "load ord…"},
		{"load order", 6, "load…"}, // no space before the ellipsis
		{"load order", 1, "…"},
		{"load order", 0, ""},
		{"", 0, ""},
		{"注文を", 6, "注文を"},
		{"注文を", 5, "注文…"},
		{"注文を", 4, "注…"}, // half a character is none
		{"a\x1b[2Jb", 20, `a\x1b[2Jb`},
		{"a\nb\x00\x7f\u009b", 20, `a\nb\x00\x7f\u009b`},
		{"\u202eabc", 20, `\u202eabc`},
		{"\xff", 20, `\xff`},
		{"\ufffd", 20, "\ufffd"},
		{"e\u0301\u0302\u0303\u0304\u0305", 20, "e\u0301\u0302\u0303"},
		{"\u0301e", 20, "e"}, // nothing to sit on
		{"\u2764\ufe0f", 20, "\u2764"},
		{`it's "quoted" \`, 20, `it's "quoted" \`},
	} {
		got := clean(test.text, test.columns, false)
		require.Equal(t, test.want, got, "%q in %d columns", test.text, test.columns)
		require.LessOrEqual(t, textWidth(got), test.columns)
		require.Equal(t, got, clean(got, test.columns, false), "cleaning again")
	}
	require.Equal(t, `caf\u00e9~`, clean("café au lait", 11, true))
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteErrors(t *testing.T) {
	s := Span{TraceID: "4bf92f35", SpanID: "a0", Name: "GET"}
	err := Text(brokenPipe{}, Layout([]Span{s})[0], Options{})
	require.True(t, errors.Is(err, os.ErrClosed), "%v", err)
	err = Details(brokenPipe{}, s, Options{})
	require.True(t, errors.Is(err, os.ErrClosed), "%v", err)
}

// TestStandardLibraryAlone keeps the package cheap: every check links it.
func TestStandardLibraryAlone(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range parsed.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			require.NotContains(t, path, ".", "%s imports it", f.Name())
		}
	}
}
