package markdown

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"charm.land/lipgloss/v2"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func sample(t testing.TB) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "sample.md"))
	require.NoError(t, err)
	return string(src)
}

func TestGolden(t *testing.T) {
	for name, tt := range map[string]struct {
		width int
		color bool
	}{
		"plain-72": {72, false}, "color-72": {72, true}, "plain-40": {40, false}, "plain-20": {20, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := Render(sample(t), tt.width, tt.color) + "\n"
			path := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "if the change is meant: go test ./internal/markdown -update")
		})
	}
}

func TestRender(t *testing.T) {
	for name, tt := range map[string]struct{ src, want string }{
		"nothing":             {"", ""},
		"paragraph":           {"one\ntwo", "one two"},
		"hard break":          {"one  \ntwo<br>three", "one\ntwo\nthree"},
		"entities, escapes":   {`a &lt; b &amp; \*c\* \&amp;`, "a < b & *c* &amp;"},
		"no escape by entity": {"&#27;[2J", "[2J"},
		"code span":           {"run `go test ./x`, then", "run `go test ./x`, then"},
		"emphasis":            {"**so** *it* ~~is~~", "so it is"},
		"link":                {"[docs](https://x.org/y), <https://z.org>", "docs (https://x.org/y), https://z.org"},
		"link to itself":      {"[https://x.org](https://x.org)", "https://x.org"},
		"link on the page":    {"[above](#above)", "above"},
		"image":               {"![a waterfall](w.svg)", "a waterfall (w.svg)"},
		"comment":             {"<!-- code: x -->\n\none", "one"},
		"details":             {"<details><summary>Hint <b>1</b> &amp; co</summary>\n\nLook.\n\n</details>\n\nEnd", "▸ Hint 1 & co\n\nLook.\n\nEnd"},
		"details on one line": {"<details><summary>Hint 1</summary>Look.</details>", "▸ Hint 1\n\nLook."},
		"long word":           {strings.Repeat("x", 90), strings.Repeat("x", 80) + "\n" + strings.Repeat("x", 10)},
		"code hangs":          {"    \t" + strings.Repeat("x ", 40), "  │     " + strings.TrimSpace(strings.Repeat("x ", 36)) + "\n  │         x x x x"},
		"blank line in code":  {"```go\na\n\n\tb\n```", "  │ a\n  │\n  │     b"},
		"list":                {"- a\n- b\n  - c\n\n7. d\n8. e", "• a\n• b\n  • c\n\n7. d\n8. e"},
		"loose list":          {"- a\n\n  aa\n\n- b", "• a\n\n  aa\n\n• b"},
		"quote":               {"> a\n>\n> b", "│ a\n│\n│ b"},
		"escape sequence":     {"a\x1b[31mb\u009b2Jc", "a[31mb2Jc"},
		"wide characters":     {strings.Repeat("世", 41), strings.Repeat("世", 40) + "\n世"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, Render(tt.src, 80, false))
		})
	}
}

// escapes are what color brings: looks, and the two ends of a link.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;;[!-~]*\a")

// holds requires what Render promises for any source.
func holds(t *testing.T, src string, width int) {
	plain, colored := Render(src, width, false), Render(src, width, true)
	for _, out := range []string{plain, escapes.ReplaceAllString(colored, "")} {
		for _, c := range out {
			require.False(t, c != '\n' && unicode.IsControl(c), "%U", c)
		}
	}
	for line := range strings.SplitSeq(plain+"\n"+colored, "\n") {
		require.LessOrEqual(t, lipgloss.Width(line), width, "%q", line)
	}
}

// A link to the web is the terminal's to open, on each line that it is on, and
// its address takes no room.
func TestLinkWithColor(t *testing.T) {
	const open, end = "\x1b]8;;https://x.org/y#Z\a", "\x1b]8;;\a"
	require.Equal(t, "see "+open+"\x1b[33ma.Z\x1b[m"+end+".", Render("see [`a.Z`](https://x.org/y#Z).", 20, true))
	require.Equal(t, "see "+open+"\x1b[36mthe long\x1b[m"+end+"\n"+open+"\x1b[36mspecification\x1b[m"+end,
		Render("see [the long specification](https://x.org/y#Z)", 20, true))
	require.Equal(t, "\x1b]8;;https://x.org/a%20%07b%C3%A4\a\x1b[36mx\x1b[m"+end, Render("[x](<https://x.org/a &#7;bä>)", 20, true))
	require.Equal(t, "x \x1b[2m(../x.go)\x1b[m", Render("[x](../x.go)", 20, true), "no terminal opens a file of ours")
}

func TestWidth(t *testing.T) {
	for width := minWidth; width < 120; width++ {
		holds(t, sample(t), width)
	}
	deep := ""
	for i := range 30 {
		deep += strings.Repeat("  ", i) + "- some words and some more words\n"
	}
	holds(t, deep, minWidth)
	require.Equal(t, Render("one two three four five", minWidth, false), Render("one two three four five", -1, false))
}

func FuzzRender(f *testing.F) {
	f.Add(sample(f), uint8(40))
	f.Add("|a|b|\n|-|-|\n|c", uint8(0))
	f.Add("[a `b` c](<https://x.org/ &#7;&#27;>)", uint8(20))
	f.Fuzz(func(t *testing.T, src string, width uint8) {
		holds(t, src, max(minWidth, int(width)))
	})
}
