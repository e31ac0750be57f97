package dbmetrics_test

import (
	"slices"
	"strings"

	"otel.workshop/checker/recorder"
)

// The names of the step.
const (
	querySpan     = "db.query"
	scope         = "demo.db" // the tracer's and the meter's
	queryCount    = "db.query.count"
	queryDuration = "db.query.duration"
	poolCount     = "db.client.connection.count"
)

// absent says that there is no metric of that name, and which others there
// are that no check asks for; and, where one of those looks like a slip in the
// name, that it is.
func absent(all []*evidence, name string) (got, cause string) {
	names := all[len(all)-1].after.Names()
	others := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return n == queryCount || n == queryDuration || n == poolCount
	})
	got = "no " + name
	if len(others) > 0 {
		got += ", but " + strings.Join(others, ", ")
	}
	if slip := recorder.NearMiss(name, names...); slip != "" {
		return got, recorder.Slip(slip, name)
	}
	return got, ""
}

// measured reports whether a metric of that name has a point at all.
func measured(all []*evidence, name string) bool {
	return slices.ContainsFunc(all, func(e *evidence) bool { return len(e.after[name].Points) > 0 })
}
