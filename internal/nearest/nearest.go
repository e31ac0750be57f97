// Package nearest guesses which name was meant by a mistyped one.
package nearest

import "strings"

// Name returns the first of names that comes nearest to word, or "" when none
// is near. A name that word is a part of is near; so is one that differs from
// it in two letters, or in a third of them. Words of fewer than three letters
// are near to nothing.
func Name(word string, names []string) string {
	if len(word) < 3 {
		return ""
	}
	best, bestDistance := "", len(word)
	for _, name := range names {
		d := distance(word, name)
		if strings.Contains(name, word) {
			d = min(d, 1)
		}
		if d <= max(len(name)/3, min(2, len(name)/2)) && d < bestDistance {
			best, bestDistance = name, d
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
