// Package checker_test is your progress: go test ./checker grades every check
// of every step, in the order of the lessons. go test ./checker -run 02 grades
// one step, go test ./checker -run 01/service-name one check.
package checker_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"otel.workshop/internal/diagnosis"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/workspace"
)

const root = ".."

func Test01Minimal(t *testing.T)      { grade(t, "01-minimal") }
func Test02HandlerSpans(t *testing.T) { grade(t, "02-handler-spans") }
func Test03DbMetrics(t *testing.T)    { grade(t, "03-db-metrics") }
func Test04FailureModes(t *testing.T) { grade(t, "04-failure-modes") }
func Test05OwnTests(t *testing.T)     { grade(t, "05-own-tests") }

// TestMain makes a -run that names nothing fail: a typo must not look like a
// pass.
func TestMain(m *testing.M) {
	flag.Parse()
	if pattern := runFlag(); pattern != "" && !matchesAny(pattern) {
		fmt.Printf("-run %s names no step. There are:\n", pattern)
		for _, name := range tests {
			fmt.Println("  " + name)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// tests are the names that -run chooses from, one a step.
var tests = []string{"Test01Minimal", "Test02HandlerSpans", "Test03DbMetrics", "Test04FailureModes", "Test05OwnTests"}

func runFlag() string { return flag.Lookup("test.run").Value.String() }

func matchesAny(pattern string) bool {
	step, _, _ := strings.Cut(pattern, "/")
	re, err := regexp.Compile(step)
	if err != nil {
		return true // the testing package says what is wrong with it
	}
	for _, name := range tests {
		if re.MatchString(name) {
			return true
		}
	}
	return false
}

// grade grades one step, and logs one line a check and the first finding in
// full. Further checks are listed and never make the test fail.
func grade(t *testing.T, name string) {
	steps, err := lesson.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	step, _, err := lesson.Find(steps, name)
	if err != nil {
		t.Fatal(err)
	}
	if runFlag() == "" && unfinished != "" && !touched(t, step) {
		t.Skipf("not started yet: %s comes first; go test ./checker -run %02d grades it all the same", unfinished, step.Number)
	}
	only := selected(t, step)
	r, err := grader.Grade(t.Context(), step, grader.Options{Root: root, Only: only})
	if err != nil {
		t.Fatal(err)
	}
	_ = diagnosis.Annotate(root, &r) // it adds to a verdict, which stands without it
	if unfinished == "" && !r.Passed(false) {
		unfinished = step.Name
	}
	var b strings.Builder
	if err := report.Text(&b, r, report.Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + b.String())
	if !r.Passed(only != nil) { // a further check that was asked for by name counts
		t.Fail()
	}
}

// unfinished is the first step whose core does not pass; steps are graded in
// their order.
var unfinished string

func touched(t *testing.T, step lesson.Step) bool {
	w, err := workspace.Find(root)
	if err != nil {
		t.Fatal(err)
	}
	touched, err := w.Touched(step.Name)
	if err != nil {
		t.Fatal(err)
	}
	return touched
}

// selected returns the checks that -run asks for behind its slash, or nil for
// all of them.
func selected(t *testing.T, step lesson.Step) []string {
	_, pattern, ok := strings.Cut(runFlag(), "/")
	if !ok {
		return nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var ids, all []string
	for _, c := range step.Checks {
		all = append(all, c.ID)
		if re.MatchString(c.ID) {
			ids = append(ids, c.ID)
		}
	}
	if ids == nil {
		t.Fatalf("-run %s names no check. There are: %s", runFlag(), strings.Join(all, ", "))
	}
	return ids
}
