package waterfall

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	mostKeys  = 40 // columns for keys; a longer key stands above its value
	leastRoom = 24 // columns beside the keys that are worth filling with long values
	mostLines = 40 // of one value: a stack trace's top
)

// Details writes all that is known of one span: what it is, its status, its
// attributes, its events (with the time since the span's start), its resource.
// Keys and values stand in two columns; a long value, or one of several lines,
// goes on below itself, and on a narrow terminal below its key. As with Text, no line is wider than o.Width, and
// nothing of the span's can command the terminal. The error is the writer's.
func Details(w io.Writer, s Span, o Options) error {
	p := newPen(o)
	d := details{pen: p}
	d.section("", s.identity(p))
	d.section("Attributes", s.Attrs)
	for _, e := range s.Events {
		after := "+" + p.duration(e.Time.Sub(s.Start))
		if e.Time.Before(s.Start) {
			after = p.duration(e.Time.Sub(s.Start)) + ", before the span's start"
		}
		if e.Time.IsZero() {
			after = "at an unknown time"
		}
		d.section("Event "+e.Name+"  "+after, e.Attrs)
	}
	d.section("Resource", s.Resource)

	var b strings.Builder
	p.line(&b, p.paint(bold, p.clean(p.name(s), p.Width)))
	d.write(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("draw span %s: %w", p.clean(s.SpanID, 16), err)
	}
	return nil
}

// identity is what a span has besides attributes, as attributes.
func (s Span) identity(p pen) []Attr {
	status := "unset"
	if s.OK {
		status = "ok"
	}
	if s.Error {
		status = p.cross + " error"
		if s.Status != "" {
			status += ": " + s.Status
		}
	}
	start := "unknown"
	if !s.Start.IsZero() {
		start = s.Start.UTC().Format(time.RFC3339Nano)
	}
	all := []Attr{
		{"service", s.Service},
		{"kind", s.Kind},
		{"status", status},
		{"start", start},
		{"duration", p.duration(s.Duration())},
		{"trace", s.TraceID},
		{"span", s.SpanID},
		{"parent", s.ParentID},
		{"scope", s.Scope},
	}
	known := all[:0]
	for _, a := range all {
		if a.Value != "" {
			known = append(known, a)
		}
	}
	return known
}

// details collects sections, then writes them with their values aligned.
type details struct {
	pen
	sections []section
}

type section struct {
	title string
	attrs []Attr
}

func (d *details) section(title string, attrs []Attr) {
	if len(attrs) > 0 || strings.HasPrefix(title, "Event") {
		d.sections = append(d.sections, section{title, attrs})
	}
}

func (d *details) write(b *strings.Builder) {
	keys := 0
	for _, s := range d.sections {
		for _, a := range s.attrs {
			if n := textWidth(d.clean(a.Key, d.Width)); n <= min(mostKeys, d.Width*2/5) {
				keys = max(keys, n)
			}
		}
	}
	for _, s := range d.sections {
		if s.title != "" {
			d.line(b, "")
			d.line(b, d.paint(bold, d.clean(s.title, d.Width)))
		}
		for _, a := range s.attrs {
			d.attr(b, a, keys)
		}
	}
}

// attr writes one key and its value, with the keys' column as wide as given.
func (d *details) attr(b *strings.Builder, a Attr, keys int) {
	const margin = 2
	key := d.clean(a.Key, max(d.Width-margin, 1))
	indent := margin + keys + gap
	room := d.Width - indent
	above := textWidth(key) > keys || room < leastRoom && len(d.wrap(a.Value, room)) > 1
	if above {
		d.line(b, d.clean(spaces(margin), d.Width-1)+d.paint(faint, key))
		key, indent = "", min(2*margin, d.Width/2)
		room = d.Width - indent
	}
	for i, line := range d.wrap(a.Value, room) {
		left := spaces(indent)
		if i == 0 && !above {
			left = spaces(margin) + d.paint(faint, pad(key, keys)) + spaces(gap)
		}
		d.line(b, left+d.clean(line, room))
	}
}

// wrap splits a value into clean lines of so many columns: at its own line
// breaks, and where a line is full.
func (d *details) wrap(value string, columns int) []string {
	value = strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\t", "    ")
	var lines []string
	for rest := range strings.SplitSeq(strings.TrimRight(value, "\n"), "\n") {
		rest = d.clean(rest, len(rest)*8)
		for columns > 0 && textWidth(rest) > columns && len(lines) <= mostLines {
			end := lineEnd(rest, columns)
			lines = append(lines, rest[:end])
			rest = strings.TrimLeft(rest[end:], " ")
		}
		if lines = append(lines, rest); len(lines) > mostLines {
			return append(lines[:mostLines-1], d.ellipsis)
		}
	}
	return lines
}

// lineEnd returns where to break a clean text that is too long for a line: at
// the last space, unless that wastes more than half of it.
func lineEnd(text string, columns int) int {
	width, space := 0, 0
	for i, r := range text {
		if width += runeWidth(r); width > columns {
			if space > i/2 {
				return space
			}
			return max(i, 1)
		}
		if r == ' ' {
			space = i
		}
	}
	return len(text)
}
