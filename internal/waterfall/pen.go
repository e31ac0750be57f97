package waterfall

import (
	"strings"
	"time"
)

// Options say what the terminal can show.
type Options struct {
	Width int  // columns; no line is wider; 100 when it is not positive
	Color bool // ANSI colors; nothing is told by color alone
	ASCII bool // no character beyond ASCII
}

const defaultWidth = 100

// A pen draws with what Options allow.
type pen struct {
	Options
	tee, elbow, pipe string // the tree's branches, one column each
	dash             string
	cross, arrow     string
	ellipsis         string
	indent           int // columns that a level of the tree takes: 1 to 3
	levels           int // how many levels there is room for
}

func newPen(o Options) pen {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	p := pen{Options: o, tee: "├", elbow: "└", pipe: "│", dash: "─", cross: "✗", arrow: "→", ellipsis: "…"}
	if o.ASCII {
		p.tee, p.elbow, p.pipe, p.dash, p.cross, p.arrow, p.ellipsis = "|", "`", "|", "-", "x", "->", "~"
	}
	return p
}

// clean returns text for one line of at most so many columns.
func (p pen) clean(text string, columns int) string { return clean(text, columns, p.ASCII) }

// name is a span's name, clean, and no wider than the line.
func (p pen) name(s Span) string {
	if s.Name == "" {
		return "(no name)"
	}
	return p.clean(s.Name, p.Width)
}

// duration prints a duration, with "us" for "µs" where it must.
func (p pen) duration(d time.Duration) string {
	text := FormatDuration(d)
	if p.ASCII {
		text = strings.ReplaceAll(text, "µ", "u")
	}
	return text
}

// The colors, as SGR parameters: readable on light and on dark grounds.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	blue  = "34"
	cyan  = "36" // the critical path
)

// paint colors text, when colors are allowed. Spaces at its end stay outside,
// where a line can be trimmed.
func (p pen) paint(color, text string) string {
	inked := strings.TrimRight(text, " ")
	if !p.Color || color == "" || inked == "" {
		return text
	}
	return "\x1b[" + color + "m" + inked + "\x1b[0m" + text[len(inked):]
}
