// Package report draws the verdict on a step: as text for a terminal, for go
// test and for files, as JSON and as JUnit XML. One report, drawn alike
// everywhere.
package report

import (
	"strings"

	"otel.workshop/internal/grader"
)

// A Style is the parameters of an SGR sequence. They are the sixteen colors of
// the terminal's own theme, so that they are readable on light and on dark.
type Style string

// The palette: everything that the workshop prints is drawn with these.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// A Painter draws in color when it is true, and leaves text alone when not.
type Painter bool

// Paint draws text in a style. Each line is styled by itself, so that a pager
// or a pane may cut between them.
func (p Painter) Paint(s Style, text string) string {
	if !p || s == Plain || text == "" {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "\x1b[" + string(s) + "m" + line + "\x1b[0m"
		}
	}
	return strings.Join(lines, "\n")
}

// Mark returns the one-column mark of an outcome and its style. No two
// outcomes share a mark: nothing is told by color alone.
func Mark(o grader.Outcome) (mark string, style Style) {
	switch o {
	case grader.Pass:
		return "✓", Green
	case grader.Fail:
		return "✗", Red
	case grader.Blocked:
		return "⊘", Dim
	case grader.DoesNotBuild:
		return "✎", Red
	case grader.Crashed:
		return "!", Red
	case grader.TimedOut:
		return "…", Red
	case grader.NotJudged:
		return "?", Yellow
	}
	return "-", Plain
}
