package lesson

import "strings"

// nearest returns the step or check whose name comes nearest to query, in a
// form that Find accepts, or "" when none is near. A name that query is a part
// of is near; so is one that differs in a third of its letters at most.
func nearest(steps []Step, query string) string {
	if len(query) < 3 {
		return ""
	}
	best, bestDistance := "", len(query)
	consider := func(name, answer string) {
		d := distance(query, name)
		if strings.Contains(name, query) {
			d = min(d, 1)
		}
		if d*3 <= len(name) && d < bestDistance {
			best, bestDistance = answer, d
		}
	}
	for _, s := range steps {
		consider(s.Name, s.Name)
		consider(s.Name[3:], s.Name)
		for _, c := range s.Checks {
			consider(c.ID, c.FullID())
			consider(c.FullID(), c.FullID())
			consider(c.Step+"/"+c.ID, c.FullID())
		}
	}
	return best
}

// distance is Levenshtein's: how many letters to insert, delete or replace to
// make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
