// Package hang folds lines whose columns mean something (code, a table, what a
// program has printed), so that what does not fit hangs under what it belongs
// to.
package hang

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Fold breaks a line at spaces into lines of at most width columns, those after
// the first indented by indent, or by less where that would leave next to nothing.
// Only a word that is wider than a whole line is broken itself. Where width is 0
// or less there is no limit.
func Fold(line string, width, indent int) []string {
	line = strings.TrimRight(line, " ")
	if width <= 0 {
		return []string{line}
	}
	// Two columns remain in any case: a character may be so wide.
	rest := strings.Repeat(" ", max(0, min(indent, max(width/2, width-narrow), width-2)))
	var lines []string
	for prefix := ""; ; prefix = rest {
		end := fit(line, width-len(prefix))
		if end == len(line) {
			return append(lines, strings.TrimRight(prefix+line, " "))
		}
		lines = append(lines, prefix+strings.TrimRight(line[:end], " "))
		line = strings.TrimLeft(line[end:], " ")
	}
}

// Code folds a line of code: what does not fit stands four columns deeper than
// its beginning.
func Code(line string, width int) []string {
	return Fold(line, width, len(line)-len(strings.TrimLeft(line, " "))+4)
}

// Columns folds a line of a table or a tree: what does not fit stands below the
// last column that has room for it, or two columns deeper than the text.
func Columns(line string, width int) []string {
	whole := displaywidth.String(line)
	text := strings.TrimLeft(line, " │├└─")
	start := whole - displaywidth.String(text) + 2
	for {
		_, rest, ok := strings.Cut(text, "  ")
		if !ok {
			return Fold(line, width, start)
		}
		text = strings.TrimLeft(rest, " ")
		if column := whole - displaywidth.String(text); width-column >= max(narrow, longest(text)) {
			start = column
		}
	}
}

// narrow is how many columns a column needs at least for text to be folded in.
const narrow = 16

// longest is the width of the widest word.
func longest(text string) int {
	n := 0
	for _, word := range strings.Fields(text) {
		n = max(n, displaywidth.String(word))
	}
	return n
}

// fit returns how many bytes of text to put on a line of that many columns: up
// to a space after a word, else as much as goes, and one character at least.
func fit(text string, columns int) int {
	used, at, space, word := 0, 0, 0, false
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		switch {
		case g.Value() != " ":
			word = true
		case word:
			space = at
		}
		if used += g.Width(); used > columns && at > 0 {
			if space > 0 {
				return space
			}
			return at
		}
		at += len(g.Value())
	}
	return len(text)
}
