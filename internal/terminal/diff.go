package terminal

import (
	"strings"

	"otel.workshop/internal/report"
)

// Diff colors a unified diff. Without color the text stays what git apply
// takes.
func Diff(diff string, look Look) string {
	if !look.Color {
		return diff
	}
	var b strings.Builder
	for line := range strings.Lines(diff) {
		text, end, _ := strings.Cut(line, "\n")
		style := report.Plain
		switch {
		case strings.HasPrefix(text, "+++"), strings.HasPrefix(text, "---"), strings.HasPrefix(text, "diff "):
			style = report.Bold
		case strings.HasPrefix(text, "@@"):
			style = report.Dim
		case strings.HasPrefix(text, "+"):
			style = report.Green
		case strings.HasPrefix(text, "-"):
			style = report.Red
		}
		b.WriteString(look.paint(style, text) + "\n" + end)
	}
	return b.String()
}
