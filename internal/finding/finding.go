// Package finding is what a failing check has to say: written by the check's
// own process, read by the grader, shown in the terminal, on the page and by
// go test. It is a leaf, so that both sides can share it.
package finding

// A Finding explains one failure. Want and Got are short texts that a person
// can lay side by side (a tree of spans, a table of points), without trailing
// newline; Got holds telemetry, never a dump of a Go value.
type Finding struct {
	Want  string `json:"want"`
	Got   string `json:"got"`
	Cause string `json:"cause,omitempty"` // the likely cause, when the evidence tells
	File  string `json:"file,omitempty"`  // where to go, relative to the module's root, with slashes
	Line  int    `json:"line,omitempty"`  // 1-based; 0 when the whole file is meant

	Caught int `json:"caught,omitempty"` // how many mistakes the learner's tests have caught, of those that the check is about
}
