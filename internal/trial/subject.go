// Package trial runs a learner's tests on services that somebody else has
// written, right ones and wrong ones, and tells how they ended. It is a leaf
// that the checks link; package tryout builds what it runs.
package trial

import (
	"path"
	"slices"
	"strings"
)

// A Subject is a service that tests are tried on: a handler of step 2 on a store
// of step 3. Each is named by where it stands below the module's root: a
// solution's folder, or a diff without its ending.
type Subject struct {
	Handler string
	Store   string
}

// The solutions are the subject that everybody begins with.
const (
	handler = "solutions/02-handler-spans"
	store   = "solutions/03-db-metrics"
)

// Solution is the service that a learner's tests see outside of the workshop.
var Solution = Subject{handler, store}

// Name tells subjects apart: a mistake by its name, what is right by its part of
// the service and its name.
func (s Subject) Name() string {
	diff := s.Diff()
	switch {
	case diff == "":
		return "the solution"
	case s.Handler == handler && path.Base(path.Dir(diff)) == "alternatives":
		return "store " + strings.TrimSuffix(path.Base(diff), ".diff")
	case path.Base(path.Dir(diff)) == "alternatives":
		return "handler " + strings.TrimSuffix(path.Base(diff), ".diff")
	}
	return strings.TrimSuffix(path.Base(diff), ".diff")
}

// Diff is what distinguishes the subject from the solution, as a file below the
// root; "" when it is that.
func (s Subject) Diff() string {
	switch {
	case s.Handler != handler:
		return s.Handler + ".diff"
	case s.Store != store:
		return s.Store + ".diff"
	}
	return ""
}

// Right returns services that every suite of tests should accept: they do what
// the lessons ask for, each in a way of its own.
func Right() []Subject {
	rights := []Subject{Solution}
	for _, name := range []string{
		"in-span-helper", "more-spans", "other-names", "package-level-tracer", "error-in-named-result",
		"explicit-ends", "client-span-renamed", "own-transport", "own-dialer", "log-handler",
		"log-handler-stdout", "route-set-by-hand", "one-at-a-time", "baggage-dropped",
	} {
		rights = append(rights, Subject{handler + "/alternatives/" + name, store})
	}
	for _, name := range []string{
		"deferred-record", "more-attributes", "made-at-first-use", "timed-by-helper", "query-rows",
		"plain-attributes", "errors-as", "attribute-sets", "statement-each-time", "span-inside",
		"series-at-start", "prepared-statement", "own-time-limit", "dbconv-pool",
	} {
		rights = append(rights, Subject{handler, store + "/alternatives/" + name})
	}
	return rights
}

// In02 and In03 return the service with a mistake of that name in its handler or
// in its store.
func In02(name string) Subject { return Subject{"broken/02-handler-spans/" + name, store} }

// In03 is described at [In02].
func In03(name string) Subject { return Subject{handler, "broken/03-db-metrics/" + name} }

// All returns every subject, what is right first.
func All() []Subject {
	all := Right()
	for _, kind := range Kinds {
		for _, m := range kind.Mistakes {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}
