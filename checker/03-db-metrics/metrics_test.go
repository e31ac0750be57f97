package dbmetrics_test

import (
	"maps"
	"slices"
	"strings"

	"otel.workshop/checker/recorder"
)

// The instruments of the step.
const (
	queryCount    = "db.query.count"
	queryDuration = "db.query.duration"
	poolCount     = "db.client.connection.count"
)

// missing says that there is no metric of that name, and which others there
// are that no check asks for.
func missing(rec *recorder.Recorder, name string) string {
	if others := unknown(rec); others != nil {
		return "no " + name + ", but " + strings.Join(others, ", ")
	}
	return "no " + name
}

// misnamed reports whether there is a metric that no check asks for.
func misnamed(rec *recorder.Recorder) bool { return unknown(rec) != nil }

func unknown(rec *recorder.Recorder) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(metrics(rec))) {
		if name != queryCount && name != queryDuration && name != poolCount {
			names = append(names, name)
		}
	}
	return names
}

// metrics returns all that was measured, by name.
func metrics(rec *recorder.Recorder) map[string]recorder.Metric {
	all := make(map[string]recorder.Metric)
	for _, sm := range rec.Metrics().ScopeMetrics {
		for _, data := range sm.Metrics {
			if m, ok := rec.Metric(data.Name); ok {
				all[m.Name] = m
			}
		}
	}
	return all
}
