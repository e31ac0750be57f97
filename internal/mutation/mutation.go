// Package mutation makes small mistakes in a step's solution, by machine: a
// statement is gone, a condition negated, a context replaced. Whichever of
// them no check catches is either no mistake, or nobody's business, or shows
// that a check is missing. survivors.txt says of each which it is.
//
//	go run ./internal/mutation/mutate        # all of them, some ten minutes
//	go run ./internal/mutation/mutate 02     # one step's
package mutation

import (
	"fmt"
	"go/format"
	"strings"

	"otel.workshop/internal/variant"
)

// A Mutant is a solution with one change.
type Mutant struct {
	Step  string // "02-handler-spans"
	File  string // "handler.go"
	Line  int    // where, in the solution
	Func  string // "(*handler).loadOrder"; "" outside of any
	What  string // "delete", "negate", …
	Where string // the code that is changed, cut short: one line
	To    string // what it becomes, cut short; "" when it is gone

	Files variant.Files // the whole solution with the change
}

// Key names a mutant in survivors.txt. It survives that lines are moved; where
// two changes of a function read alike, the later ones have a number.
func (m Mutant) Key() string {
	key := m.Step[:2] + " " + m.File
	if m.Func != "" {
		key += " " + m.Func
	}
	key += ": " + m.What + " " + m.Where
	if m.To != "" {
		key += " → " + m.To
	}
	return key
}

// All returns the mutants of a step's solution that compile, in the order of
// its files. None is the same as the solution, or as another one.
func All(root, step string) ([]Mutant, error) {
	solution, err := variant.Solution(root, step)
	if err != nil {
		return nil, err
	}
	c, err := newCompiler(root, step, solution)
	if err != nil {
		return nil, err
	}
	var all []Mutant
	seen := map[string]bool{variant.Hash(solution): true}
	keys := make(map[string]int)
	for _, name := range c.names() {
		if given(step, name) {
			continue
		}
		for _, e := range edits(c, name) {
			files, ok := c.compiling(name, e.apply(solution[name]))
			if !ok || seen[variant.Hash(files)] {
				continue
			}
			seen[variant.Hash(files)] = true
			m := Mutant{Step: step, File: name, Line: e.line, Func: e.fn, What: e.what,
				Where: short(solution[name][e.from:e.to]), To: short([]byte(e.text)), Files: files}
			if e.shown != "" {
				m.To = e.shown
			}
			keys[m.Key()]++
			if n := keys[m.Key()]; n > 1 {
				m.What += fmt.Sprintf(" (%d)", n)
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// given reports whether a file is handed to the learner as it should be, and
// nobody is asked to look at it. The programs of steps 1 and 4 are run by checks.
func given(step, name string) bool {
	return name == "mail.go" || strings.HasPrefix(name, "shop/") && (strings.HasPrefix(step, "02") || strings.HasPrefix(step, "03"))
}

// short returns code as one line, cut where it gets long.
func short(code []byte) string {
	const most = 60
	text := []rune(strings.Join(strings.Fields(string(code)), " "))
	if len(text) > most {
		return string(text[:most-1]) + "…"
	}
	return string(text)
}

// An edit replaces one piece of a file.
type edit struct {
	what     string
	fn       string
	line     int
	from, to int // offsets
	text     string
	shown    string // what a reader is shown in the place of text; "" for text itself
}

// apply returns the file as gofmt has it, so that nobody finds the mistake by
// its spaces; or nil, where it can't be parsed.
func (e edit) apply(src []byte) []byte {
	out := append([]byte{}, src[:e.from]...)
	out = append(append(out, e.text...), src[e.to:]...)
	formatted, err := format.Source(out)
	if err != nil {
		return nil
	}
	return formatted
}
