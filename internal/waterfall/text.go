package waterfall

import (
	"fmt"
	"io"
	"strings"
)

// Why a row is a root although its span has a parent.
const (
	notReceived = "parent not received"
	ownAncestor = "its own ancestor"
)

// Text draws a trace for a terminal: one line about the trace, then one for
// each span, with its place in the tree, the service where it changes (or whom
// a client called), a bar in the trace's window, and its duration. What went
// wrong stands on a line of its own below the span.
//
// No line is wider than o.Width or ends in a space, and no character of a
// span's can command the terminal. The error is the writer's.
func Text(w io.Writer, t Trace, o Options) error {
	if _, err := io.WriteString(w, Texts([]Trace{t}, o)[0]); err != nil {
		return fmt.Errorf("draw trace %s: %w", newPen(o).short(t.ID), err)
	}
	return nil
}

// Texts draws several traces as Text does, all in the same columns: where they
// are also in windows of the same length (see [Trace.Within]), a bar in one can
// be held against a bar in another.
func Texts(traces []Trace, o Options) []string {
	p := newPen(o)
	cells, c := p.measure(traces...)
	texts := make([]string, len(traces))
	for n, t := range traces {
		var b strings.Builder
		p.line(&b, p.header(t))
		for i, cell := range cells[n] {
			p.line(&b, p.row(t, cell, c))
			for _, note := range cell.notes {
				below := p.clean(p.below(t.Rows, i), p.Width)
				text := p.clean(note.text, p.Width-textWidth(below))
				p.line(&b, p.paint(faint, below)+p.paint(note.color, text))
			}
		}
		texts[n] = b.String()
	}
	return texts
}

// line ends a line, without trailing spaces.
func (p pen) line(b *strings.Builder, text string) {
	b.WriteString(strings.TrimRight(text, " "))
	b.WriteByte('\n')
}

// short is a trace id's first eight digits, enough to tell traces apart.
func (p pen) short(id string) string { return p.clean(id[:min(len(id), 8)], 8) }

// header is the line about the trace. What does not fit is left out, the
// services first.
func (p pen) header(t Trace) string {
	word, gap := "trace ", 3
	if p.Width < leastWhere {
		gap = 2
	}
	if p.Width < leastWhere/2 {
		word = ""
	}
	part := []string{
		word + p.short(t.ID),
		strings.Join(t.Services(), ", "),
		p.duration(t.Duration()),
		count(len(t.Rows), "span"),
		"",
	}
	color := []string{bold, "", bold, "", red}
	if n := t.Errors(); n > 0 {
		part[4] = p.cross + " " + count(n, "error")
	}
	left := p.Width
	for _, i := range []int{0, 4, 2, 3, 1} { // the most important first
		room := left
		if i != 0 {
			room -= gap
		}
		fitted := p.clean(part[i], room)
		if cut := fitted != part[i]; i > 1 && cut || i == 1 && textWidth(fitted) < leastName {
			part[i] = ""
			continue
		}
		part[i] = p.paint(color[i], fitted)
		left = room - textWidth(fitted)
	}
	var shown []string
	for _, text := range part {
		if text != "" {
			shown = append(shown, text)
		}
	}
	return strings.Join(shown, spaces(gap))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// row is the line about a span.
func (p pen) row(t Trace, cell cell, c columns) string {
	r := t.Rows[cell.row]
	room := c.name
	if cell.where == "" && c.where > 0 {
		room += gap + c.where // a long name may use the empty column
	}
	tree := p.clean(cell.tree, room)
	name := p.clean(cell.mark+cell.name, room-textWidth(tree))
	color := ""
	if r.Span.Error {
		color = red
	}
	line := p.paint(faint, tree) + p.paint(color, name) + spaces(room-textWidth(tree)-textWidth(name))
	if cell.where != "" && c.where > 0 {
		line += spaces(gap) + p.paint(faint, pad(p.clean(cell.where, c.where), c.where))
	}
	if c.bar > 0 {
		before, blocks := bar(r.Offset, r.Width, c.bar, p.ASCII)
		if color == "" && r.Critical {
			color = cyan
		} else if color == "" {
			color = blue
		}
		line += spaces(gap+before) + p.paint(color, blocks) + spaces(c.bar-before-textWidth(blocks))
	}
	if c.took > 0 {
		line += spaces(gap+c.took-textWidth(cell.took)) + cell.took
	}
	return line
}
