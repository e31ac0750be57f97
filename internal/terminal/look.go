// Package terminal is go run . in a terminal: the screen, the plain mode for
// where there is none, and the texts that the commands share with both.
//
// What is shown after what is decided in plain functions that return text; the
// screen only places it.
package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/markdown"
	"otel.workshop/internal/report"
	"otel.workshop/internal/report/hang"
	"otel.workshop/internal/waterfall"
)

// DefaultWidth is how many columns are used where nobody says how many there
// are. Lines longer than MaxWidth are hard to read, however wide the window.
const (
	DefaultWidth = 100
	MaxWidth     = 110
)

// A Look says how to draw.
type Look struct {
	Width int // columns; no line of ours is wider, except what must not be folded
	Color bool
}

func (l Look) paint(s report.Style, text string) string {
	return report.Painter(l.Color).Paint(s, text)
}

func (l Look) bold(text string) string { return l.paint(report.Bold, text) }
func (l Look) dim(text string) string  { return l.paint(report.Dim, text) }

func (l Look) report() report.Options {
	return report.Options{Color: l.Color, Width: l.Width}
}

func (l Look) waterfall(indent int) waterfall.Options {
	return waterfall.Options{Color: l.Color, Width: max(30, l.Width-indent)}
}

// markdown draws Markdown, indented.
func (l Look) markdown(text string, indent int) string {
	return indented(strings.Trim(markdown.Render(text, max(20, l.Width-indent), l.Color), "\n"), indent)
}

// prose folds a paragraph to the width, less what it is indented by.
func (l Look) prose(text string, indent int) string {
	return indented(strings.Join(fold(text, max(20, l.Width-indent)), "\n"), indent)
}

// code draws lines of code, or what a compiler says of them, indented.
func (l Look) code(text string, indent int) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		lines = append(lines, hang.Code(line, max(20, l.Width-indent))...)
	}
	return indented(strings.Join(lines, "\n"), indent)
}

// pairs draws what is first in each row in a column, in a style, and what is
// second beside it.
func (l Look) pairs(style report.Style, rows [][2]string) string {
	first := 0
	for _, r := range rows {
		first = max(first, ansi.StringWidth(r[0]))
	}
	var lines []string
	for _, r := range rows {
		label := r[0]
		for _, text := range fold(r[1], max(20, l.Width-first-4)) {
			lines = append(lines, "  "+l.paint(style, pad(label, first))+"  "+text)
			label = ""
		}
	}
	return strings.Join(lines, "\n")
}

// Told draws a paragraph, and rows of a word and what it is about.
func (l Look) Told(text string, rows [][2]string) string {
	return paragraphs(l.prose(text, 0), l.pairs(report.Dim, rows)) + "\n"
}

// unbroken is a space at which fold does not break.
const unbroken = "\u00a0"

// command returns a command line as fold leaves it whole.
func command(line string) string { return strings.ReplaceAll(line, " ", unbroken) }

// fold breaks text between words, and only there: ids and paths have hyphens.
func fold(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.SplitSeq(paragraph, " ") {
			word = strings.ReplaceAll(word, unbroken, " ")
			switch {
			case word == "":
			case line == "":
				line = word
			case ansi.StringWidth(line)+1+ansi.StringWidth(word) <= width:
				line += " " + word
			default:
				lines, line = append(lines, line), word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// cut shortens each line that is wider than the window.
func (l Look) cut(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if ansi.StringWidth(line) > l.Width {
			lines[i] = ansi.Truncate(line, l.Width, "…")
		}
	}
	return strings.Join(lines, "\n")
}

func indented(text string, by int) string {
	space := strings.Repeat(" ", by)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = space + line
		}
	}
	return strings.Join(lines, "\n")
}

// paragraphs joins what is not empty, with a blank line between.
func paragraphs(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.Trim(p, "\n"); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// wrapHard breaks lines that are wider than width, at any character.
func wrapHard(text string, width int) string {
	return ansi.Hardwrap(text, width, true)
}
