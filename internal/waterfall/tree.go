package waterfall

import (
	"maps"
	"slices"
	"strings"
)

// mostText is how many columns a text may take in a Tree.
const mostText = 80

// A TreeOption adds something to the picture that Tree draws.
type TreeOption func(*tree)

// WithAttrs shows these attributes beside every span that has them, as
// key=value, in the order of the keys.
func WithAttrs(keys ...string) TreeOption {
	return func(t *tree) { t.keys = append(t.keys, keys...) }
}

// WithStatus shows the status of spans whose status is Error, as
// status=Error and its description.
func WithStatus() TreeOption {
	return func(t *tree) { t.status = true }
}

// WithNotes writes a note beside spans, by span id: "← a trace of its own".
func WithNotes(notes map[string]string) TreeOption {
	return func(t *tree) { maps.Copy(t.notes, notes) }
}

// Tree draws the shape of spans for a finding: names, kinds other than
// internal, who is whose child, and, beside each root, a trace id when there
// is more than one trace. No times, no bars, no ids besides, so that two runs
// of the same program give the same picture. No trailing spaces, and no
// trailing newline; "" for no spans.
func Tree(spans []Span, options ...TreeOption) string {
	t := tree{pen: newPen(Options{Width: mostText}), notes: map[string]string{}}
	t.indent, t.levels = 3, len(spans) // all of it
	for _, o := range options {
		o(&t)
	}
	traces := Layout(spans)
	var lines [][]string // of the same number of columns
	for _, trace := range traces {
		for i, r := range trace.Rows {
			id := ""
			if len(traces) > 1 && r.Parent < 0 {
				id = "trace " + t.short(trace.ID)
			}
			note := t.clean(t.notes[r.Span.SpanID], mostText)
			if note != "" {
				note = "← " + note
			}
			lines = append(lines, []string{t.label(trace.Rows, i), id, t.values(r.Span), note})
		}
	}
	return align(lines)
}

// A tree is a Tree under way.
type tree struct {
	pen
	keys   []string
	status bool
	notes  map[string]string
}

// label is a row's place in the tree, its name, and what is particular.
func (t *tree) label(rows []Row, i int) string {
	r := rows[i]
	var particular []string
	if kind := t.clean(r.Span.Kind, mostText); kind != "" && kind != "internal" && kind != "unspecified" {
		particular = append(particular, kind)
	}
	switch {
	case r.Orphan:
		particular = append(particular, notReceived)
	case r.Cycle:
		particular = append(particular, ownAncestor)
	}
	label := t.branch(rows, i) + t.name(r.Span)
	if len(particular) > 0 {
		label += " (" + strings.Join(particular, ", ") + ")"
	}
	return label
}

// values prints the attributes, and the status, that were asked for.
func (t *tree) values(s Span) string {
	var texts []string
	for _, key := range t.keys {
		i := slices.IndexFunc(s.Attrs, func(a Attr) bool { return a.Key == key })
		if i >= 0 {
			texts = append(texts, t.clean(key, mostText)+"="+t.quoted(s.Attrs[i].Value))
		}
	}
	if t.status && s.Error {
		text := "status=Error"
		if s.Status != "" {
			text += " " + `"` + t.clean(s.Status, mostText) + `"`
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "  ")
}

// quoted is a value as it reads beside others: in quotes where it would
// otherwise run into them.
func (t *tree) quoted(value string) string {
	value = t.clean(value, mostText)
	if value == "" || strings.ContainsAny(value, ` "=`) {
		return `"` + value + `"`
	}
	return value
}

// align joins the columns of each line, every column as wide as its widest
// text and the empty ones left out.
func align(lines [][]string) string {
	widths := map[int]int{}
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], textWidth(text))
		}
	}
	aligned := make([]string, len(lines))
	for n, line := range lines {
		text := ""
		for i, part := range line {
			if widths[i] > 0 {
				text += pad(part, widths[i]) + "   "
			}
		}
		aligned[n] = strings.TrimRight(text, " ")
	}
	return strings.Join(aligned, "\n")
}
