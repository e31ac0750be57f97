// Package printable makes text from outside (what a learner's program has
// printed, the name of a span) safe to show on any terminal.
package printable

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Text returns text without colors and other control sequences. What is left
// of control characters, broken UTF-8 and characters that change the direction
// of the text is written as Go would write it (\x07, \u202e), and a tab as
// four spaces. Line ends become "\n".
func Text(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		// Bytes that are no UTF-8 come first: Strip would drop them, or take
		// them for control characters.
		line = ansi.Strip(escape(line, func(r rune) bool { return r != utf8.RuneError }))
		line = escape(line, func(r rune) bool { return r == '\t' || unicode.IsGraphic(r) })
		lines[i] = strings.ReplaceAll(line, "\t", "    ")
	}
	return strings.Join(lines, "\n")
}

// escape writes what is not plain as Go would write it. A byte that is no
// UTF-8 is never plain.
func escape(text string, plain func(rune) bool) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case plain(r) || r == utf8.RuneError && size > 1: // U+FFFD itself
			b.WriteString(text[:size])
		case r == utf8.RuneError:
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[0]), 16))
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
		text = text[size:]
	}
	return b.String()
}
