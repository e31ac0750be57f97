package wire

import (
	"strings"
	"unicode"
)

// CleanName returns a name as a room shows it: on one line, without what draws
// nothing, turns the text around or stacks up, and of at most [MaxName]
// characters. "" is what is left of a name that is nothing else.
func CleanName(name string) string {
	var clean []rune
	marks := 0
	for _, r := range name {
		switch last := len(clean) - 1; {
		case unicode.IsSpace(r):
			r = ' '
			if last < 0 || clean[last] == ' ' {
				continue
			}
		case r == unicode.ReplacementChar, !unicode.IsGraphic(r), strings.ContainsRune(blanks, r):
			continue
		case unicode.IsMark(r):
			if marks++; marks > 2 || last < 0 || clean[last] == ' ' {
				continue
			}
		}
		if !unicode.IsMark(r) {
			marks = 0
		}
		if clean = append(clean, r); len(clean) == MaxName {
			break
		}
	}
	return strings.TrimSuffix(string(clean), " ")
}

// blanks are letters and symbols that draw nothing: fillers of Hangul, and the
// braille pattern without a dot.
const blanks = "\u115f\u1160\u3164\uffa0\u2800"
