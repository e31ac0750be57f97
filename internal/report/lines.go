package report

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// defaultWidth is how wide paragraphs are when nobody says.
const defaultWidth = 80

// fold breaks prose into lines of at most width columns. Blank lines stay, and
// so do lines that begin with a space: they are code, or a picture.
func fold(text string, width int) []string {
	var lines []string
	var words []string
	flush := func() {
		line := ""
		for _, w := range words {
			switch {
			case line == "":
				line = w
			case displaywidth.String(line)+1+displaywidth.String(w) <= width:
				line += " " + w
			default:
				lines, line = append(lines, line), w
			}
		}
		if line != "" {
			lines = append(lines, line)
		}
		words = nil
	}
	for l := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		if strings.TrimSpace(l) == "" || l[0] == ' ' {
			flush()
			lines = append(lines, strings.TrimRight(l, " "))
			continue
		}
		words = append(words, strings.Fields(l)...)
	}
	flush()
	return lines
}

// pad fills s up to width columns; cut shortens it to width, 0 for any.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-displaywidth.String(s)))
}

func cut(s string, width int) string {
	if width <= 0 {
		return s
	}
	return displaywidth.TruncateString(s, width, "…")
}
