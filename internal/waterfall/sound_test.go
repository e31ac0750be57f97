package waterfall_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"otel.workshop/internal/waterfall"
)

var ansiColor = regexp.MustCompile("\x1b\\[[0-9]+m")

// sound fails the test when a picture could harm a terminal or run over its
// edge, whatever it shows.
func sound(t *testing.T, picture string, o waterfall.Options) {
	t.Helper()
	if o.Width == 0 {
		o.Width = 100
	}
	if o.Color {
		picture = ansiColor.ReplaceAllString(picture, "")
	}
	if !utf8.ValidString(picture) {
		t.Errorf("invalid UTF-8: %q", picture)
	}
	for line := range strings.SplitSeq(picture, "\n") {
		if strings.TrimRight(line, " ") != line {
			t.Errorf("trailing space: %q", line)
		}
		if n := waterfall.TextWidth(line); n > o.Width {
			t.Errorf("%d columns of %d: %q", n, o.Width, line)
		}
		for _, r := range line {
			if !unicode.IsGraphic(r) {
				t.Errorf("%U in %q", r, line)
			}
			if o.ASCII && r >= utf8.RuneSelf {
				t.Errorf("%q is not ASCII, in %q", r, line)
			}
		}
	}
}
