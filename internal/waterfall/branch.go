package waterfall

import "strings"

// fitTree chooses how far each level of a tree of the given depth is indented,
// so that it takes no more than so many columns. A tree too deep even for one
// column a level is drawn without its outermost levels.
func (p *pen) fitTree(depth, columns int) {
	for p.indent = 3; p.indent > 1 && depth*p.indent > columns; {
		p.indent--
	}
	p.levels = min(depth, max(columns-1, 1))
}

// branch returns the lines that lead from the left edge to a row's name.
func (p pen) branch(rows []Row, i int) string {
	depth := rows[i].Depth
	if depth == 0 {
		return ""
	}
	corner := p.tee
	if rows[i].Last {
		corner = p.elbow
	}
	corner += strings.Repeat(p.dash, max(p.indent-2, 0)) + " "
	return p.guides(rows, rows[i].Parent, min(depth, p.levels)-1) + corner
}

// below returns the lines that pass a note under a row's name, on their way to
// the rows that follow.
func (p pen) below(rows []Row, i int) string {
	toChildren := " "
	if rows[i].Children > 0 {
		toChildren = p.pipe
	}
	return p.guides(rows, i, min(rows[i].Depth, p.levels)) + toChildren + " "
}

// guides returns what passes beside row i and its ancestors, in so many
// levels; a level that was left out shows as an ellipsis.
func (p pen) guides(rows []Row, i, levels int) string {
	cells := make([]string, levels)
	for level := levels - 1; level >= 0; level-- {
		line := p.pipe
		if rows[i].Last {
			line = " "
		}
		if level == 0 && rows[i].Depth > 1 {
			line = p.ellipsis
		}
		cells[level] = pad(line, p.indent)
		i = rows[i].Parent
	}
	return strings.Join(cells, "")
}
