package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// The grid's columns are the checks of all steps, in pixels: 75 of them and two
// names have to stand side by side on a laptop.
const (
	pitch      = 10 // from one check to the next
	cell       = 8  // of which this is drawn
	furtherGap = 5  // before what goes beyond the core
	stepGap    = 12
)

// columns are where the checks stand in the grid.
type columns struct {
	Width int
	Steps []columnStep
	list  []column
	x     map[string]int // by key
}

type columnStep struct {
	Name, Short, URL string // "02-handler-spans", "02 handler-spans"
	X                int
	FurtherX         int // where "further" begins, or 0
	Numbers          []columnNumber
}

type column struct {
	check lesson.Check
	X     int
}

// A columnNumber is a number under a column.
type columnNumber struct {
	X    int
	Text string
}

func roomKey(c lesson.Check) string { return c.Step + "/" + c.ID }

// newColumns lays the checks out: the core of a step, then what goes further.
func newColumns(steps []lesson.Step) columns {
	cs := columns{x: make(map[string]int)}
	x := 0
	for _, step := range steps {
		if len(cs.list) > 0 {
			x += stepGap
		}
		number, slug, _ := strings.Cut(step.Name, "-")
		st := columnStep{Name: step.Name, Short: number + " " + slug, URL: "/lesson/" + step.Name, X: x}
		for _, further := range []bool{false, true} {
			for _, c := range step.Checks {
				if c.Further != further {
					continue
				}
				if further && st.FurtherX == 0 {
					x += furtherGap
					st.FurtherX = x
				}
				_, in, _ := strings.Cut(c.Number, ".")
				if x == st.X || x == st.FurtherX || strings.HasSuffix(in, "5") || strings.HasSuffix(in, "0") {
					st.number(x+cell/2, in)
				}
				cs.list = append(cs.list, column{c, x})
				cs.x[roomKey(c)] = x
				x += pitch
			}
		}
		cs.Steps = append(cs.Steps, st)
	}
	cs.Width = max(x-pitch+cell, 1)
	return cs
}

// number writes a number, in the place of the one before if both have no room.
func (st *columnStep) number(x int, text string) {
	if n := len(st.Numbers); n > 0 && x-st.Numbers[n-1].X < 15 {
		st.Numbers = st.Numbers[:n-1]
	}
	st.Numbers = append(st.Numbers, columnNumber{x, text})
}

// Blank draws what is there before anything is known of a check: a dot in each
// column.
func (cs columns) Blank() string {
	var b strings.Builder
	for _, c := range cs.list {
		fmt.Fprintf(&b, "M%d 10h2", c.X+cell/2-1)
	}
	return b.String()
}

// A cells are a person's row: one path for each way in which a check can stand,
// in shapes that differ. Rows are many, and each element of a page costs.
type cells struct {
	Pass, Fail, Blocked, Unjudged string
	Hints                         string // a dot below for each, three at most
	Hand                          string // a frame around the check at hand
}

func (cs columns) row(p room.Person) cells {
	var pass, fail, blocked, unjudged, hints strings.Builder
	for _, c := range cs.list {
		v, known := p.Checks[roomKey(c.check)]
		if !known {
			continue
		}
		switch v.State {
		case wire.Passing:
			fmt.Fprintf(&pass, "M%d 10h8", c.X) // a stroke as thick as the cell is high
		case wire.Failing:
			fmt.Fprintf(&fail, "M%d 6l6 8m0-8l-6 8", c.X+1)
		case wire.Blocked:
			fmt.Fprintf(&blocked, "M%d 6h6v8h-6z", c.X+1)
		case wire.NotJudged:
			fmt.Fprintf(&unjudged, "M%d 5l4 5l-4 5l-4-5z", c.X+4)
		}
		if n := min(v.Hints, 3); n > 0 {
			fmt.Fprintf(&hints, "M%d 20h%d", c.X, 3*n-1) // dashed, two and one
		}
	}
	row := cells{Pass: pass.String(), Fail: fail.String(), Blocked: blocked.String(), Unjudged: unjudged.String(), Hints: hints.String()}
	if x, known := cs.x[p.At]; known && !p.Done {
		row.Hand = fmt.Sprintf("M%d 2h10v16h-10z", x-1)
	}
	return row
}

// A chart has a bar for each check: how many have it behind them, and, on top of
// that, how many stand there.
type chart struct {
	columns
	Height int
	Bars   []chartBar
}

type chartBar struct {
	X, PassY, Pass, StandY, Stand int // of height; 0 draws nothing
	LabelY                        int
	Label                         string // how many stand there, where that can be written
	Text                          string // all of it, in words
}

// Below the bars stand the steps, and below these the numbers of their checks.
func (c chart) NamesY() int   { return c.Height + 13 }
func (c chart) NumbersY() int { return c.Height + 26 }
func (c chart) Full() int     { return c.Height + 14 + 30 }

// newChart draws the bars of a room, Height pixels for everybody.
func newChart(v room.View, cs columns, height int) chart {
	c := chart{columns: cs, Height: height}
	pass := make(map[string]int)
	for _, p := range v.People {
		for key, check := range p.Checks {
			if check.State == wire.Passing {
				pass[key]++
			}
		}
	}
	stand := make(map[string]int)
	labels := make(map[string]string) // of the longest first, where there is room
	taken := map[int]string{}
	for _, h := range v.Holds {
		key, n := roomKey(h.Check), len(h.People)
		stand[key] = n
		x, text := cs.x[key], fmt.Sprint(n)
		if !slices.ContainsFunc(slices.Collect(maps.Keys(taken)), func(at int) bool { return max(at-x, x-at) < 3*(len(text)+len(taken[at])) }) {
			labels[key], taken[x] = text, text
		}
	}
	of := max(1, len(v.People))
	scale := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(2, min(n, of)*height/of)
	}
	for _, col := range cs.list {
		key := roomKey(col.check)
		p, s := scale(pass[key]), scale(stand[key])
		b := chartBar{X: col.X, Pass: p, PassY: height - p, Stand: s, StandY: height - p - s, Text: fmt.Sprintf("%s %s: %d pass", col.check.Number, col.check.Title, pass[key])}
		if n := stand[key]; n > 0 {
			b.Text += fmt.Sprintf(", %d there now", n)
			b.Label, b.LabelY = labels[key], b.StandY-3
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}
