package dbmetrics_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"otel.workshop/checker/recorder"
)

// cells are what a situation has added to a metric, by how the queries ended.
type cells struct {
	ok, failed, bare float64            // with status, with error.type, with neither
	types            map[string]float64 // the values of error.type
	words            map[string]bool    // the values of status, of those without error.type
}

// count is a point's number of queries.
func count(p recorder.Point, kind string) float64 {
	if kind == "histogram" {
		return float64(p.Count)
	}
	return p.Value
}

// counted returns what the situation has added to a metric, and its cells.
func (e *evidence) counted(name string) (recorder.Metric, cells) {
	m := e.after.Since(e.before, name)
	c := cells{types: make(map[string]float64), words: make(map[string]bool)}
	for _, p := range m.Points {
		n := count(p, m.Kind)
		word, ok := p.Attr("status")
		kind, typed := p.Attr("error.type")
		switch {
		case typed:
			c.failed += n
			c.types[kind] += n
		case ok:
			c.ok += n
			c.words[word] = true
		default:
			c.bare += n
		}
	}
	return m, c
}

// all is how many queries there are in the cells.
func (c cells) all() float64 { return c.ok + c.failed + c.bare }

// kinds lists the values of error.type: "42P01, timeout"; "none" where there
// is none.
func (c cells) kinds() string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.types)) {
		names = append(names, short(orNone(name)))
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// bounds are how many queries a situation may have, by how they end. A call
// that sends two statements may count two queries. Those that find none may
// be in any cell: that they are no failure is a rule of its own.
type bounds struct{ okMin, okMax, failMin, failMax, nones, min, max float64 }

func (e *evidence) bounds() (b bounds) {
	for _, c := range e.calls {
		more := float64(c.more())
		b.min, b.max = b.min+1, b.max+1+more
		switch c.ends() {
		case none:
			b.nones, b.okMax, b.failMax = b.nones+1, b.okMax+1+more, b.failMax+1+more
		case found:
			b.okMin, b.okMax, b.failMax = b.okMin+1, b.okMax+1+more, b.failMax+more
		case fails, late:
			b.failMin, b.failMax, b.okMax = b.failMin+1, b.failMax+1+more, b.okMax+more
		default:
			b.okMax, b.failMax = b.okMax+1+more, b.failMax+1+more
		}
	}
	return b
}

// rows are the bounds as a table has them.
func (b bounds) rows() (rows [][]string) {
	either := b.min - b.okMin - b.failMin - b.nones
	if b.failMin > 0 {
		rows = append(rows, []string{"  error.type=…", fmt.Sprint(b.failMin)})
	}
	if b.okMin+b.nones > 0 {
		rows = append(rows, []string{"  status=ok", fmt.Sprint(b.okMin + b.nones)})
	}
	if either > 0 {
		rows = append(rows, []string{"  either of them", fmt.Sprint(either)})
	}
	return rows
}

// any reports whether one of the situation's calls is so.
func (e *evidence) any(is func(*seen) bool) bool { return slices.ContainsFunc(e.calls, is) }

// ending reports whether one of the situation's calls ends so.
func (e *evidence) ending(f ...fate) bool {
	return e.any(func(c *seen) bool { return slices.Contains(f, c.ends()) })
}
