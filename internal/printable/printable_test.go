package printable

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain äöü 日本 👍":              "plain äöü 日本 👍",
		"two\nlines\r\nand an end\n":  "two\nlines\nand an end\n",
		"\x1b[1;31mred\x1b[0m":        "red",
		"a\x1b]52;c;aGk=\x07b":        "ab",
		"a\rb\bc":                     `a\rb\bc`,
		"\xff\xfe":                    `\xff\xfe`,
		"a\u202eb\u0000":              `a\u202eb\x00`,
		"caf\xe9 \x9b31m \ufffd":      "caf\\xe9 \\x9b31m \ufffd",
		"\tgoroutine 1":               "    goroutine 1",
		"unfinished \x1b[31":          "unfinished ",
		"a title\x1b]0;owned\nand on": "a title\nand on",
		"\x1bPq#0;2;0;0;0\x1b\\end":   "end",
	} {
		require.Equal(t, want, Text(in))
	}
}

func FuzzText(f *testing.F) {
	f.Add("\u009b31mred \u0085next\x1b[")
	f.Fuzz(func(t *testing.T, in string) {
		for _, r := range Text(in) {
			require.True(t, r == '\n' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f), "%q holds %q", Text(in), r)
		}
	})
}
