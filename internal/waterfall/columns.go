package waterfall

import (
	"slices"
	"strings"
)

// gap is the empty space between two columns.
const gap = 2

// The least that is still worth drawing, in columns.
const (
	leastName  = 6  // beside a duration
	leastBar   = 5  // beside a name
	leastWhere = 60 // of the whole line, before services get a column
	nameInTree = 14 // that a deep tree leaves to its names
)

// columns is how wide each part of a row is; 0 for a part that is left out.
type columns struct{ name, where, bar, took int }

// A cell is one row's texts, clean, and not yet cut to their columns.
type cell struct {
	row   int
	tree  string // the branches before the name
	mark  string // the cross of an error
	name  string
	where string // its service, or whom it calls
	took  string
	notes []note
}

// A note stands on a line of its own below its row.
type note struct{ text, color string }

// measure prepares the texts of every trace's rows and shares the width between
// the columns, which are those of all of them: names and services take what they
// need up to a limit, the bar has the rest.
func (p *pen) measure(traces ...Trace) ([][]cell, columns) {
	var c columns
	limit := p.Width * 2 / 5
	if p.Width < leastWhere {
		limit = p.Width / 2
	}
	deepest := 0
	for _, t := range traces {
		for _, r := range t.Rows {
			deepest = max(deepest, r.Depth)
		}
	}
	p.fitTree(deepest, max(limit-nameInTree, limit/3))

	cells := make([][]cell, len(traces))
	for n, t := range traces {
		services := t.Services()
		cells[n] = make([]cell, len(t.Rows))
		for i, r := range t.Rows {
			cell := p.cell(t.Rows, i, limit)
			cell.where = p.clean(p.where(r, services), p.Width/4)
			c.name = max(c.name, textWidth(cell.tree+cell.mark+cell.name))
			c.took = max(c.took, textWidth(cell.took))
			if p.Width >= leastWhere {
				c.where = max(c.where, textWidth(cell.where))
			}
			cells[n][i] = cell
		}
	}

	c.name = min(c.name, limit)
	c.bar = p.Width - c.name - gap - gap - c.took
	if c.where > 0 {
		c.bar -= gap + c.where
	}
	if c.bar < leastBar {
		c.bar, c.where = 0, 0
		c.name = p.Width - gap - c.took
		if c.name < leastName {
			c.name, c.took = p.Width, 0
		}
	}
	return cells, c
}

// where says whose span it is, where that changes, and whom it calls.
func (p pen) where(r Row, services []string) string {
	where := ""
	if r.NewService && (r.Parent >= 0 || len(services) > 1) {
		where = r.Span.Service
	}
	if r.Peer == "" || where != "" && slices.Contains(services, r.Peer) {
		return where // the peer's own span says it
	}
	return strings.TrimSpace(where + " " + p.arrow + " " + r.Peer)
}

// cell prepares the texts of one row. Why a row is a root although it has a
// parent stands beside its name, if it fits there.
func (p pen) cell(rows []Row, i, limit int) cell {
	s := rows[i].Span
	c := cell{row: i, tree: p.branch(rows, i), name: p.name(s), took: p.duration(s.Duration())}
	if s.End.IsZero() {
		c.took = "no end"
	}
	why := ""
	switch {
	case rows[i].Orphan:
		why = "(" + notReceived + ")"
	case rows[i].Cycle:
		why = "(" + ownAncestor + ")"
	}
	if s.Error {
		c.mark = p.cross + " "
	}
	if why != "" {
		if textWidth(c.tree+c.mark+c.name+" "+why) <= limit {
			c.name += " " + why
		} else {
			c.notes = append(c.notes, note{why, faint})
		}
	}
	if s.Error && s.Status != "" {
		c.notes = append(c.notes, note{s.Status, red})
	}
	return c
}
