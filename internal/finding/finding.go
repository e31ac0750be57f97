// Package finding is what a failing check has to say: written by the check's
// own process, read by the grader, shown in the terminal, on the page and by
// go test. It is a leaf, so that both sides can share it.
package finding

import (
	"path"
	"strings"
)

// A Finding explains one failure. Want and Got are short texts that a person
// can lay side by side (a tree of spans, a table of points), without trailing
// newline; Got holds telemetry, never a dump of a Go value.
type Finding struct {
	Want  string `json:"want"`
	Got   string `json:"got"`
	Cause string `json:"cause,omitempty"` // the likely cause, when the evidence tells
	File  string `json:"file,omitempty"`  // where to go, relative to the module's root, with slashes
	Line  int    `json:"line,omitempty"`  // 1-based; 0 when the whole file is meant

	Caught int     `json:"caught,omitempty"` // how many mistakes the learner's tests have caught, of those that the check is about
	Missed *Missed `json:"missed,omitempty"` // the one that is explained, of those that they have not
}

// Missed is a mistake that the learner's tests have let through.
type Missed struct {
	Diff  string   `json:"diff"`            // what makes it, relative to the module's root, with slashes
	Ran   []string `json:"ran"`             // the tests that ran on it, and passed
	Scene string   `json:"scene,omitempty"` // what happened to the service while it told what is shown; "" when that is nothing
	Tells []string `json:"tells,omitempty"` // of what it told, the spans and series that the right service did not tell
	Right []string `json:"right,omitempty"` // and those that the right one told in their place
}

// Name is what the mistake is called.
func (m Missed) Name() string { return strings.TrimSuffix(path.Base(m.Diff), ".diff") }
