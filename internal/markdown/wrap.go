package markdown

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/clipperhouse/displaywidth"
)

// wrap fills lines of at most width columns with words. A word that is wider
// than a line is broken.
func (r *renderer) wrap(words []word, width int) []string {
	var lines []string
	var line []word
	used := 0
	flush := func() {
		if len(line) > 0 {
			lines = append(lines, draw(line))
		}
		line, used = nil, 0
	}
	for _, w := range words {
		if len(w) == 0 {
			flush()
			continue
		}
		for _, part := range split(w, width) {
			n := part.width()
			if used > 0 && used+1+n > width {
				flush()
			}
			if used > 0 {
				used++
			}
			line = append(line, part)
			used += n
		}
	}
	flush()
	return lines
}

func (w word) width() int {
	n := 0
	for _, p := range w {
		n += displaywidth.String(p.text)
	}
	return n
}

// split cuts a word into parts of at most width columns.
func split(w word, width int) []word {
	if w.width() <= width {
		return []word{w}
	}
	var parts []word
	var part word
	used := 0
	for _, p := range w {
		graphemes := displaywidth.StringGraphemes(p.text)
		for graphemes.Next() {
			n := graphemes.Width()
			if used+n > width {
				parts, part, used = append(parts, part), nil, 0
			}
			part = append(part, piece{graphemes.Value(), p.style})
			used += n
		}
	}
	return append(parts, part)
}

// draw renders a line, neighbours of one style together with the space between
// them, so that the output stays short and searchable.
func draw(line []word) string {
	var b strings.Builder
	var run piece
	flush := func() {
		if run.text != "" {
			b.WriteString(run.style.Render(run.text))
		}
	}
	add := func(p piece) {
		if run.text != "" && same(run.style, p.style) {
			run.text += p.text
			return
		}
		flush()
		run = p
	}
	for i, w := range line {
		for j, p := range w {
			if i > 0 && j == 0 {
				if same(run.style, p.style) {
					run.text += " "
				} else {
					add(piece{" ", lipgloss.NewStyle()})
				}
			}
			add(p)
		}
	}
	flush()
	return b.String()
}

// same reports whether two styles draw alike.
func same(a, b lipgloss.Style) bool { return a.Render("x") == b.Render("x") }
