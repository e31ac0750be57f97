// Package sessiontest makes sessions for tests: a checkout with two small
// steps, and a grader that says what it is told to.
package sessiontest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/workspace"
)

// Steps are two: "01-first" with the core checks alpha, beta and gamma and the
// further one delta, and "02-second" with epsilon.
func Steps() []lesson.Step {
	check := func(step, number, id string) lesson.Check {
		return lesson.Check{
			Step: step, Number: number, ID: id, Title: strings.ToUpper(id[:1]) + id[1:] + " things",
			Rule: "Code should " + id + ".", Text: "Because.", Hints: []string{"nudge " + id, "function " + id, "lines " + id},
		}
	}
	delta := check("01-first", "1.4", "delta")
	delta.Further = true
	return []lesson.Step{
		{Number: 1, Name: "01-first", Title: "The first", Checks: []lesson.Check{
			check("01-first", "1.1", "alpha"), check("01-first", "1.2", "beta"), check("01-first", "1.3", "gamma"), delta,
		}},
		{Number: 2, Name: "02-second", Title: "The second", Checks: []lesson.Check{check("02-second", "2.1", "epsilon")}},
	}
}

// New returns a session in a fresh checkout, and its grader.
func New(t testing.TB) (*session.Session, *Grader) {
	t.Helper()
	root := t.TempDir()
	Write(t, root, "go.mod", "module otel.workshop\n")
	Write(t, root, "checker/doc.go", "package checker\n")
	Write(t, root, "steps/01-first/first.go", "package first\n\n// TODO(alpha): do alpha,\n// and do it well.\n// TODO(beta): do beta.\n")
	Write(t, root, "steps/02-second/second.go", "package second\n")
	return Open(t, root)
}

// Open returns another session in a checkout, as another process would have.
func Open(t testing.TB, root string) (*session.Session, *Grader) {
	t.Helper()
	w, err := workspace.Find(root)
	if err != nil {
		t.Fatal(err)
	}
	s := session.New(w, Steps())
	g := &Grader{Outcomes: map[string]grader.Outcome{}}
	s.Grade = g.Grade
	return s, g
}

// Write writes a file of the checkout.
func Write(t testing.TB, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A Grader stands in for the real one. What it says may be changed at any time.
// What is blocked waits for alpha, and what is not judged for port 4318.
type Grader struct {
	mu       sync.Mutex
	Outcomes map[string]grader.Outcome // by id; Fail when there is none
	Build    string                    // compiler's messages, when it does not build
	Hold     chan struct{}             // when it is not nil, runs wait for it to be closed
}

// Set changes the outcome of checks.
func (g *Grader) Set(o grader.Outcome, ids ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range ids {
		g.Outcomes[id] = o
	}
}

// Grade is a [session.Session.Grade].
func (g *Grader) Grade(ctx context.Context, step lesson.Step, o grader.Options) (grader.Report, error) {
	r := grader.Report{Step: step, Duration: 1200 * time.Millisecond}
	var err error
	if r.Sources, err = grader.Sources(o.Root, step.Name); err != nil {
		return r, err
	}
	g.mu.Lock()
	hold := g.Hold
	g.mu.Unlock()
	if hold != nil {
		select {
		case <-ctx.Done():
			return r, context.Cause(ctx)
		case <-hold:
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r.Build = g.Build
	for _, c := range step.Checks {
		if o.Only != nil && c.ID != o.Only[0] {
			continue
		}
		res := grader.Result{Check: c, Outcome: grader.Fail}
		if set, ok := g.Outcomes[c.ID]; ok {
			res.Outcome = set
		}
		if r.Build != "" {
			res.Outcome = grader.DoesNotBuild
		}
		switch res.Outcome {
		case grader.Blocked:
			res.BlockedBy = "alpha"
		case grader.NotJudged:
			res.Summary = "port 4318: taken"
		case grader.Fail:
			res.Finding = &finding.Finding{Want: c.ID, Got: "no " + c.ID, File: fmt.Sprintf("steps/%s/first.go", step.Name), Line: 3}
		}
		r.Results = append(r.Results, res)
		if o.Progress != nil {
			o.Progress(res)
		}
	}
	return r, nil
}
