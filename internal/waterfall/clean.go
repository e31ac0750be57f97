package waterfall

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marksPerRune is how many combining marks are drawn on one character: enough
// for every living script, too few to climb into the lines above.
const marksPerRune = 3

// clean returns text as it is safe to print on one line. What a terminal could
// take for a command, or what changes the direction or the flow of the line,
// is written as Go would write it (\n, \x1b, \u202e). With ascii, so is every
// character beyond ASCII. The result is at most columns wide; a text that was
// longer ends in the ellipsis, which is one column wide. Cleaning twice is
// cleaning once.
func clean(text string, columns int, ascii bool) string {
	ellipsis := "…"
	if ascii {
		ellipsis = "~"
	}
	var b strings.Builder
	width, marks := 0, 0
	cut := 0 // the length of the part that leaves a column for the ellipsis
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		piece, w := safe(text[:size], r, ascii)
		text = text[size:]
		if w == 0 {
			if marks++; marks > marksPerRune || width == 0 {
				continue
			}
		} else {
			marks = 0
		}
		if width+w > columns {
			if columns < 1 {
				return ""
			}
			return strings.TrimRight(b.String()[:cut], " ") + ellipsis
		}
		b.WriteString(piece)
		if width += w; width < columns {
			cut = b.Len()
		}
	}
	return b.String()
}

// safe returns how to print the rune r, read from the bytes raw, and how many
// columns that takes. Nothing remains of variation selectors: whether they
// widen their character depends on the terminal.
func safe(raw string, r rune, ascii bool) (piece string, width int) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		piece = `\x` + strconv.FormatUint(uint64(raw[0]), 16)
		return piece, len(piece)
	case unicode.Is(unicode.Variation_Selector, r):
		return "", 0
	case r < utf8.RuneSelf && unicode.IsPrint(r):
		return raw, 1
	case ascii || !unicode.IsGraphic(r):
		piece = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
		return piece, len(piece)
	}
	return raw, runeWidth(r)
}

// textWidth returns how many columns a clean text takes.
func textWidth(clean string) int {
	n := 0
	for _, r := range clean {
		n += runeWidth(r)
	}
	return n
}

// pad fills a clean text with spaces up to a width.
func pad(clean string, width int) string {
	return clean + spaces(width-textWidth(clean))
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }
