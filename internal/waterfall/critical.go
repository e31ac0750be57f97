package waterfall

import (
	"cmp"
	"slices"
	"time"
)

// markCritical sets Critical on the rows of the critical path: the spans that
// the end of the trace waited for. It walks back in time from the end of the
// root. Of the root's children it takes the one that ends last, then, from
// that one's start, the child that ended last before it, and so on; children
// that overlap one that is taken ran beside it and cost nothing. Inside every
// span that is taken, the same again.
//
// A child that outlives its parent in the same service was not waited for
// (work in the background), and is not on the path. In another service, the
// clocks may differ, and the child counts as ending with its parent.
//
// A trace has one path: that of its longest root, orphans only when there is
// nothing else.
func markCritical(rows []Row) {
	children := make([][]int, len(rows))
	for i, r := range rows {
		if r.Parent >= 0 {
			children[r.Parent] = append(children[r.Parent], i)
		}
	}
	type step struct {
		row   int
		until time.Time // when the path leaves this span, going forward
	}
	root := mainRoot(rows)
	_, end := rows[root].Span.interval()
	todo := []step{{root, end}}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		rows[at.row].Critical = true
		until := at.until
		for _, c := range waitedFor(rows, at.row, children[at.row], at.until) {
			if c.to.After(until) {
				continue
			}
			todo = append(todo, step{c.row, c.to})
			until = c.from
		}
	}
}

type interval struct {
	row      int
	from, to time.Time
}

// waitedFor returns the children that their parent may have waited for before
// until, the one that ends last first, then the longest.
func waitedFor(rows []Row, parent int, children []int, until time.Time) []interval {
	start, end := rows[parent].Span.interval()
	var waited []interval
	for _, i := range children {
		from, to := rows[i].Span.interval()
		if to.After(end) && rows[i].Span.Service == rows[parent].Span.Service {
			continue
		}
		if to.After(until) {
			to = until
		}
		if from.After(to) || to.Before(start) {
			continue // the two never ran at the same time
		}
		waited = append(waited, interval{i, from, to})
	}
	slices.SortStableFunc(waited, func(a, b interval) int {
		return cmp.Or(b.to.Compare(a.to), a.from.Compare(b.from))
	})
	return waited
}

// mainRoot returns the row that the trace is about.
func mainRoot(rows []Row) int {
	best := 0
	for i, r := range rows {
		if r.Parent >= 0 {
			continue
		}
		b := rows[best]
		if good, bestGood := !r.Orphan && !r.Cycle, !b.Orphan && !b.Cycle; good != bestGood {
			if good {
				best = i
			}
		} else if r.Span.Duration() > b.Span.Duration() {
			best = i
		}
	}
	return best
}
