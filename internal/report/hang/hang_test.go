package hang

import (
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/stretchr/testify/require"
)

func TestHang(t *testing.T) {
	for _, tc := range []struct {
		name string
		got  []string
		want string
	}{
		{"it fits", Fold("one two", 7, 4), "one two"},
		{"between words", Fold("one two three four", 9, 2), "one two\n  three\n  four"},
		{"a space where the line ends", Fold("one two three", 7, 0), "one two\nthree"},
		{"ids and paths are words", Fold("the check service-name fails", 16, 0), "the check\nservice-name\nfails"},
		{"a word that is wider than a line", Fold("to https://opentelemetry.io", 10, 2), "to\n  https://\n  opentele\n  metry.io"},
		{"wide characters", Fold("日本日本", 4, 0), "日本\n日本"},
		{"no room at all", Fold("日本", 1, 0), "日\n本"},
		{"room for one wide character", Fold("0本", 2, 3), "0\n本"},
		{"no limit", Fold("one two three ", 0, 4), "one two three"},
		{"nothing", Fold("   ", 2, 0), ""},
		{"spaces inside stay", Fold("a   b c", 5, 1), "a   b\n c"},
		{"an indentation that leaves no room", Fold("one two three", 6, 40), "one\n   two\n   thr\n   ee"},
		{"code", Code("    f(ctx, a, b)", 13), "    f(ctx, a,\n      b)"},
		{"code that begins at the edge", Code("return errors.Join(a, b)", 22), "return errors.Join(a,\n    b)"},
		{"a table", Columns("traces    not received: 404 Not Found", 26), "traces    not received:\n          404 Not Found"},
		{"a table of three columns", Columns("traces   /v1/traces   not received: 404 Not Found", 38), "traces   /v1/traces   not received:\n                      404 Not Found"},
		{"a table with a wide first column", Columns("http.server.duration   s wrong", 24), "http.server.duration   s\n  wrong"},
		{"a word that is too wide for its column", Columns("traces    see https://opentelemetry.io", 30), "traces    see\n  https://opentelemetry.io"},
		{"a tree", Columns("└─ load order of a customer", 14), "└─ load order\n     of a\n     customer"},
		{"a sentence", Columns("  no function that makes a span exporter", 24), "  no function that makes\n    a span exporter"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, strings.Join(tc.got, "\n"))
		})
	}
}

func FuzzFold(f *testing.F) {
	f.Add("traces    not received: 404", 24, 9)
	f.Add("日本 \u0301 x", 1, 3)
	f.Fuzz(func(t *testing.T, line string, width, indent int) {
		if width < 2 || width > 200 || strings.ContainsAny(line, "\n\r") {
			return
		}
		lines := Fold(line, width, indent)
		for _, l := range lines {
			require.LessOrEqual(t, displaywidth.String(l), width)
		}
		dense := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		require.Equal(t, dense(line), dense(strings.Join(lines, "")), "nothing is lost")
	})
}
