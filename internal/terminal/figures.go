package terminal

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
)

// differs marks what is not the same on both sides.
const differs = "≠"

// A table has a mark, a label and the two sides in each row. What is too wide
// for its column is folded within it.
type table struct {
	look        Look
	label, side int // columns
}

func newTable(labels []string, look Look) table {
	t := table{look: look}
	for _, l := range labels {
		t.label = max(t.label, ansi.StringWidth(l))
	}
	t.label = min(t.label, look.Width/2)
	t.side = max(12, (look.Width-t.label-2-2*2)/2)
	return t
}

func (t table) row(mark, label, broken, right string, style report.Style) string {
	cells := [3][]string{
		strings.Split(wrapHard(strings.Join(fold(label, t.label), "\n"), t.label), "\n"),
		t.cell(broken), t.cell(right),
	}
	var lines []string
	for i := range max(len(cells[0]), len(cells[1]), len(cells[2])) {
		at := func(c int) string {
			if i < len(cells[c]) {
				return cells[c][i]
			}
			return ""
		}
		text := pad(mark, 2) + pad(at(0), t.label) + "  " + t.look.paint(style, pad(at(1), t.side)) + "  " + t.look.paint(style, at(2))
		lines = append(lines, strings.TrimRight(text, " "))
		mark = ""
	}
	return strings.Join(lines, "\n")
}

// amount is a number and its unit, which belong on one line.
var amount = regexp.MustCompile(`(\d) ([a-zµ]{1,2}\b)`)

func (t table) cell(text string) []string {
	if text == "" {
		text = "–"
	}
	var lines []string
	text = amount.ReplaceAllString(printable.Text(text), "$1"+unbroken+"$2")
	for _, line := range fold(text, t.side) {
		lines = append(lines, strings.Split(ansi.Wrap(line, t.side, "._/"), "\n")...) // names break where their parts do
	}
	return lines
}

// figures draws the figures of both sides, and marks those that differ: the
// most telling first, and of those, unless all are wanted, only a few.
func figures(figures []demo.Figure, all bool, look Look) string {
	var folded []demo.Figure
	if !all {
		figures, folded = demo.Fold(figures)
	}
	var labels []string
	for _, f := range figures {
		labels = append(labels, f.Label)
	}
	t := newTable(labels, look)
	lines := []string{t.row("", "", "broken", "right", report.Bold)}
	for _, f := range figures {
		if f.Differs {
			lines = append(lines, t.row(differs, f.Label, f.Broken, f.Right, report.Yellow))
		} else {
			lines = append(lines, t.row("", f.Label, f.Broken, f.Right, report.Plain))
		}
	}
	if len(folded) > 0 {
		lines = append(lines, look.dim(fmt.Sprintf("  … and %s more that differ; --all shows them", count(len(folded), "figure"))))
	}
	return strings.Join(lines, "\n")
}

// DemoTally draws in how many runs of a demo the two sides differed, and in
// what.
func DemoTally(results []demo.Result, look Look) string {
	if len(results) == 0 {
		return ""
	}
	differed := 0
	for _, r := range results {
		if _, ok := r.Point(); ok {
			differed++
		}
	}
	counts := demo.Tally(results)
	label := func(c demo.Count) string { return fmt.Sprintf("%d of %d: %s", c.Differed, len(results), c.Label) }
	labels := []string{}
	for _, c := range counts {
		labels = append(labels, label(c))
	}
	t := newTable(labels, look)
	rows := []string{t.row("", "", "broken", "right", report.Bold)}
	for _, c := range counts {
		rows = append(rows, t.row(differs, label(c), several(c.Broken), several(c.Right), report.Plain))
	}
	return paragraphs(
		demoTitle(results[0].Variant, results[0].Scenario, look),
		look.bold(fmt.Sprintf("The two sides differed in %d of %d runs.", differed, len(results))),
		strings.Join(rows, "\n"),
	)
}

// several lists what was said in several runs.
func several(texts []string) string {
	const most = 3
	if len(texts) > most {
		return strings.Join(texts[:most], " · ") + " …"
	}
	return strings.Join(texts, " · ")
}
