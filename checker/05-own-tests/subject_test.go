package owntests_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"otel.workshop/internal/trial"
)

// story returns the first sentence of what a subject's diff says of it, and the
// lines of code that it changes.
func story(s trial.Subject) (what string, changed []string) {
	text := below(s.Diff())
	what, _, _ = strings.Cut(text, "\n")
	for line := range strings.Lines(text) {
		if changes.MatchString(line) && !passing.MatchString(line) {
			changed = append(changed, strings.TrimRight(line, "\n"))
		}
	}
	return what, changed
}

var (
	// changes is a line that a diff adds or removes; what it says of files is
	// not one.
	changes = regexp.MustCompile(`^(\+[^+]|-[^-])`)
	// passing is one that says nothing to whoever looks for the change: a comment,
	// an import.
	passing = regexp.MustCompile(`^[+-]\s*(//|(\w+ )?"[^"]*"$|[})]*$)`)
)

// below reads a file of the workshop, "" when there is none.
func below(name string) string {
	data, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(name)))
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// emitted returns what the checks say that a mistake emits, beside what the
// solution does, in the words of the step that it is a mistake of: what stands
// below "want" and "got" in its golden.
func emitted(s trial.Subject) string {
	_, text, _ := strings.Cut(below(strings.TrimSuffix(s.Diff(), ".diff")+".golden"), "\n    want   ")
	got := false
	lines := strings.SplitAfter("    want   "+text, "\n")
	for i, line := range lines {
		got = got || strings.HasPrefix(line, "    got    ")
		if got && strings.TrimSpace(line) == "" && i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "           ") {
			return strings.TrimRight(unindent(strings.Join(lines[:i], "")), "\n")
		}
	}
	return ""
}

func unindent(text string) string {
	return strings.TrimPrefix(strings.ReplaceAll(text, "\n    ", "\n"), "    ")
}

// fileFor is where tests of the part of the service stand that a subject differs
// in: of the handler, or of the store.
func fileFor(s trial.Subject) string {
	name := "steps/05-own-tests/handler_test.go"
	if s.Handler == trial.Solution.Handler {
		name = "steps/05-own-tests/store_test.go"
	}
	if below(name) == "" {
		return "" // a learner has called it something else
	}
	return name
}

// place finds the line of a test in what it has printed.
var place = regexp.MustCompile(`(?m)^\s*(\w+_test\.go):(\d+): `)

// firstPlace returns where a test failed.
func firstPlace(output string) (file, line string) {
	m := place.FindStringSubmatch(output)
	if m == nil {
		return "", ""
	}
	return path.Join("steps/05-own-tests", m[1]), m[2]
}
