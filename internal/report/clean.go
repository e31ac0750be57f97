package report

import (
	"strings"

	"otel.workshop/internal/printable"
)

// oneLine is text from outside that has to stay on its line.
func oneLine(s string) string { return strings.Join(strings.Fields(printable.Text(s)), " ") }

// turns reports whether r overrides the direction of the text after it, which
// makes it read as something else than it is (https://trojansource.codes).
func turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
