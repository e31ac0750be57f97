package variant

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Starred returns the names of the variants that are made for a room: those
// which INSTRUCTOR.md, in the checkout root, marks with a ★. There are none
// without it.
func Starred(root string) map[string]bool {
	text, _ := os.ReadFile(filepath.Join(root, "INSTRUCTOR.md")) // a workshop without an instructor has none
	names := make(map[string]bool)
	for _, m := range star.FindAllSubmatch(text, -1) {
		names[string(m[1])] = true
	}
	return names
}

// star is how INSTRUCTOR.md begins the paragraph of a variant with a ★.
var star = regexp.MustCompile("(?m)^\\*\\*`([a-z0-9-]+)`\\*\\* ★")

// StarsFirst puts, within each step, the starred variants before the others.
func StarsFirst(variants []Variant, starred map[string]bool) {
	slices.SortStableFunc(variants, func(a, b Variant) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(after(starred[a.Name]), after(starred[b.Name])))
	})
}

func after(starred bool) int {
	if starred {
		return 0
	}
	return 1
}
