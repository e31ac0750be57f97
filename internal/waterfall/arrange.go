package waterfall

import "strings"

// arrange turns spans, already in the order of siblings, into rows in the
// order of drawing, with everything set that follows from the ids alone.
func arrange(spans []Span) []Row {
	byID := make(map[string]int, len(spans))
	for i, s := range spans {
		if _, taken := byID[s.SpanID]; !taken {
			byID[s.SpanID] = i
		}
	}
	nodes := make([]Row, len(spans)) // Parent is an index into spans until the end
	for i, s := range spans {
		nodes[i] = Row{Span: s, Parent: -1}
		if strings.Trim(s.ParentID, "0") == "" {
			continue // none, or the SDK's way to print none
		}
		if parent, ok := byID[s.ParentID]; ok {
			nodes[i].Parent = parent
		} else {
			nodes[i].Orphan = true
		}
	}
	cutCycles(nodes)

	children := make([][]int, len(nodes))
	var todo []int // a stack: the next row to draw is the last
	for i := len(nodes) - 1; i >= 0; i-- {
		if parent := nodes[i].Parent; parent >= 0 {
			nodes[i].Last = len(children[parent]) == 0
			children[parent] = append(children[parent], i)
			nodes[parent].Children++
		} else {
			nodes[i].Last = len(todo) == 0
			todo = append(todo, i)
		}
	}
	rows := make([]Row, 0, len(nodes))
	rowOf := make([]int, len(nodes))
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], children[i]...)
		r := nodes[i]
		if r.Parent >= 0 {
			r.Parent = rowOf[r.Parent]
			r.Depth = rows[r.Parent].Depth + 1
		}
		rowOf[i] = len(rows)
		rows = append(rows, r)
	}
	return rows
}

// cutCycles makes a root of the first span of every circle of parents, so that
// what remains is a forest. It follows each parent link once.
func cutCycles(nodes []Row) {
	walk := make([]int, len(nodes)) // which walk came by: 0 for none yet
	for i := range nodes {
		at := i
		for at >= 0 && walk[at] == 0 {
			walk[at] = i + 1
			at = nodes[at].Parent
		}
		if at < 0 || walk[at] != i+1 {
			continue // reached a root, or where an earlier walk has been
		}
		first := at
		for next := nodes[at].Parent; next != at; next = nodes[next].Parent {
			first = min(first, next)
		}
		nodes[first].Parent = -1
		nodes[first].Cycle = true
	}
}
