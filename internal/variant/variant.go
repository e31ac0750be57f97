// Package variant is the bridge between the three trees of a step: what the
// learner edits (steps/), the right answer (solutions/) and the wrong ones
// (broken/), each a short diff of the solution. It parses and applies those
// diffs, strictly, and lays the result over the checkout for the go command
// (-overlay), so that one set of checks grades all three.
//
// Nothing here writes into steps/ or solutions/; package workspace does.
package variant

import "github.com/bluekeyes/go-gitdiff/gitdiff"

// Starter is the name of the variant that every step has: its solution with
// everything still to do. It is generated from steps/, see [MakeStarter].
const Starter = "starter"

// A Variant is another version of a step's solution: one with a mistake in it
// (below broken/), or a right one in another style (below
// solutions/NN-…/alternatives/). Its file is a commit message, trailers, and a
// unified diff that git apply takes too.
type Variant struct {
	Name     string   // "cancelled-flush": its file's name without .diff
	Step     string   // "01-minimal"
	Summary  string   // the message's first line: the mistake, in a sentence
	Story    string   // the rest of the message, paragraphs of plain Markdown, without the trailers
	CaughtBy []string // "Caught-by": the ids of exactly the checks that fail
	Scenario string   // "Scenario": what the demo does to the service, or ""
	Blocked  []string // "Blocked": checks that cannot be judged by themselves while the mistake is there
	Passes   []string // "Passes": checks that pass all the same, where that is worth stating
	Path     string   // as it was given to [Parse]

	files []change
	diff  string
}

// A change is what the diff does to one file of the solution.
type change struct {
	key   string // "shop/main.go", see [Files]
	patch *gitdiff.File
}

// Diff returns the variant's unified diff, without its message.
func (v Variant) Diff() string { return v.diff }

// Changes returns the keys of the files that the variant changes, adds or
// removes, in the order of the diff.
func (v Variant) Changes() []string {
	keys := make([]string, len(v.files))
	for i, c := range v.files {
		keys[i] = c.key
	}
	return keys
}
