package markdown

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	east "github.com/yuin/goldmark/extension/ast"
)

const (
	columnGap = 2
	minColumn = 6 // a column that is narrower can't be read
)

// table draws a table: columns as wide as they need, the widest ones folded
// when the screen is narrow, and below each other when it is too narrow.
func (r *renderer) table(n *east.Table, width int) []string {
	var rows [][][]word
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells [][]word
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			words := r.inline(cell)
			if row.Kind() == east.KindTableHeader {
				words = restyle(words, r.styles.heading)
			}
			cells = append(cells, words)
		}
		rows = append(rows, cells)
	}
	widths := columns(rows, width)
	if widths == nil {
		return r.records(rows, width)
	}
	var lines []string
	for i, row := range rows {
		lines = append(lines, r.row(row, widths)...)
		if i == 0 {
			var rule []string
			for _, w := range widths {
				rule = append(rule, strings.Repeat("─", w))
			}
			lines = append(lines, r.styles.gutter.Render(strings.Join(rule, strings.Repeat(" ", columnGap))))
		}
	}
	return lines
}

// columns returns the width of each column, or nil when they don't fit.
func columns(rows [][][]word, width int) []int {
	var widths []int
	for _, row := range rows {
		for len(widths) < len(row) {
			widths = append(widths, 1)
		}
		for i, cell := range row {
			n := -1
			for _, w := range cell {
				n += 1 + w.width()
			}
			widths[i] = max(widths[i], n)
		}
	}
	total := columnGap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > width; total-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= minColumn {
			return nil
		}
		widths[widest]--
	}
	return widths
}

func (r *renderer) row(cells [][]word, widths []int) []string {
	var columns [][]string
	height := 1
	for i, cell := range cells {
		lines := r.wrap(cell, widths[i])
		columns = append(columns, lines)
		height = max(height, len(lines))
	}
	out := make([]string, height)
	for y := range out {
		var b strings.Builder
		for i, lines := range columns {
			text := ""
			if y < len(lines) {
				text = lines[y]
			}
			b.WriteString(text + strings.Repeat(" ", max(0, widths[i]-lipgloss.Width(text))+columnGap))
		}
		out[y] = strings.TrimRight(b.String(), " ")
	}
	return out
}

// records draws each row as lines "heading: cell".
func (r *renderer) records(rows [][][]word, width int) []string {
	var lines []string
	for _, row := range rows[1:] {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		for i, cell := range row {
			if len(cell) == 0 || i >= len(rows[0]) {
				continue
			}
			name := r.words(":")
			if n := len(rows[0][i]); n > 0 {
				last := append(slices.Clone(rows[0][i][n-1]), name[0]...)
				name = append(slices.Clone(rows[0][i][:n-1]), last)
			}
			lines = append(lines, r.wrap(append(name, cell...), width)...)
		}
	}
	return lines
}
