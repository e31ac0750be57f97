package report

import (
	"fmt"
	"strings"

	"otel.workshop/internal/grader"
)

// tally counts what passes. Checks that could not be judged are no part of
// "of", and are said by themselves.
func tally(r grader.Report) (string, Style) {
	if !compiles(r) {
		return string(grader.DoesNotBuild), Red
	}
	type count struct{ pass, of int }
	var core, further count
	unjudged := 0
	for _, res := range r.Results {
		c := &core
		if res.Check.Further {
			c = &further
		}
		if res.Outcome == grader.NotJudged && !res.Again {
			unjudged++
			continue
		}
		c.of++
		if res.Outcome == grader.Pass {
			c.pass++
		}
	}
	var parts []string
	if core.of > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d core checks pass", core.pass, core.of))
	}
	// What passes of the further ones while nothing is written says nothing.
	if further.of > 0 && (core.pass > 0 || core.of == 0) {
		what := "further ones"
		if core.of == 0 {
			what = "further checks pass"
		}
		parts = append(parts, fmt.Sprintf("%d of %d %s", further.pass, further.of, what))
	}
	if caught, all := r.Caught(); all > 0 {
		parts = append(parts, fmt.Sprintf("caught %d of %d mistakes", caught, all))
	}
	if unjudged > 0 {
		parts = append(parts, fmt.Sprintf("%d not judged", unjudged))
	}
	if len(parts) == 0 {
		return "no check was graded", Yellow
	}
	style := Yellow
	if passed(r) {
		style = Green
	}
	return strings.Join(parts, separator), style
}

// passed reports whether the core checks pass that were graded, or, when only
// further ones were, whether those do.
func passed(r grader.Report) bool {
	for _, res := range r.Results {
		if !res.Check.Further {
			return r.Passed(false)
		}
	}
	return r.Passed(true)
}

// coreDone reports whether the whole core was graded, and passes.
func coreDone(r grader.Report) bool {
	missing := 0
	for _, c := range r.Step.Checks {
		if !c.Further {
			missing++
		}
	}
	for _, res := range r.Results {
		if !res.Check.Further {
			missing--
		}
	}
	return missing <= 0 && r.Passed(false)
}
