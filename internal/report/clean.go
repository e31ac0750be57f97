package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// CSI sequences (colors, cursor) and strings (titles, links) of ECMA-48.
	sequence = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\x1b[]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)")
	newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ")
)

// Clean makes text from outside (what a learner's program has printed, the
// name of a span) safe to show: escape sequences are dropped, and what is left
// of control characters, of marks that turn the direction of writing, and of
// broken UTF-8 becomes U+FFFD. Line ends become "\n", tabs four spaces.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	s = newlines.Replace(sequence.ReplaceAllString(s, ""))
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.In(r, unicode.Cc, unicode.Noncharacter_Code_Point) || turns(r)) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// turns reports whether r overrides the direction of the text after it, which
// makes it read as something else than it is (https://trojansource.codes).
func turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// oneLine is Clean for text that has to stay on its line.
func oneLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }
