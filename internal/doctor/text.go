package doctor

import (
	"fmt"
	"io"
	"strings"

	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
)

// Text draws findings, one below the other, and a last line that sums them up.
func Text(w io.Writer, findings []Finding, color bool) error {
	p := report.Painter(color)
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Name)) // names are ASCII
	}
	indent := strings.Repeat(" ", width+4)
	var b strings.Builder
	count := map[Level]int{}
	for _, f := range findings {
		count[f.Level]++
		mark, style := look(f.Level)
		fmt.Fprintf(&b, "%s %-*s  %s\n", p.Paint(style, mark), width, f.Name, lines(f.Says, indent))
		if f.Do != "" {
			fmt.Fprintf(&b, "%s%s %s\n", indent, p.Paint(style, "→"), lines(f.Do, indent+"  "))
		}
	}
	b.WriteString("\n" + p.Paint(report.Bold, sum(count)) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// look returns a level's mark, of one column, and its style. No two levels
// share a mark: nothing is told by color alone.
func look(l Level) (mark string, style report.Style) {
	switch l {
	case Warn:
		return "!", report.Yellow
	case Bad:
		return "✗", report.Red
	}
	return "✓", report.Green
}

// lines makes text that may come from outside safe to print, and indents its
// lines after the first.
func lines(text, indent string) string {
	return strings.ReplaceAll(strings.TrimSpace(printable.Text(text)), "\n", "\n"+indent)
}

func sum(count map[Level]int) string {
	switch {
	case count[Bad] == 1:
		return "One thing keeps the workshop from running: do what stands behind its arrow."
	case count[Bad] > 1:
		return fmt.Sprintf("%d things keep the workshop from running: do what stands behind their arrows.", count[Bad])
	case count[Warn] > 0:
		return "The workshop runs; what has an arrow could be better. Start it: go run ."
	}
	return "All is well. Start it: go run ."
}
