package dbmetrics_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// The number of series should not grow with the number of orders.
func TestAttributesBounded(t *testing.T) {
	db := &database.Database{Orders: make(map[int64]string), Fails: make(map[int64]error), Varies: make(map[int64]time.Duration)}
	const some, many = 10, 3000
	for id := range int64(many) {
		if db.Orders[id] = "packed"; id%5 == 0 {
			db.Fails[id] = database.NoTable(fmt.Sprintf("orders_%d", id))
		}
		db.Varies[id] = time.Duration(id) * time.Millisecond
	}
	var before map[string]recorder.Metric
	s := open(t, db, func(ctx context.Context, s *shop) {
		for id := range int64(many) {
			if id == some {
				before = metrics(s.rec)
			}
			_, _ = s.store.Status(ctx, id) // a fifth of them fail
		}
	})
	after := metrics(s.rec)
	for _, name := range []string{queryCount, queryDuration} {
		if _, ok := after[name]; !ok {
			needs(t, finding.Finding{Want: name, Got: missing(s.rec, name)}, "queries-counted", "duration-in-seconds")
		}
	}
	header := []string{"series of", "after 10 orders", "after 3000"}
	want, got := [][]string{header}, [][]string{header}
	grows := ""
	for _, name := range slices.Sorted(maps.Keys(after)) {
		first, last := len(before[name].Points), len(after[name].Points)
		if name != queryCount && name != queryDuration && last == first {
			continue
		}
		wanted := []string{name, fmt.Sprint(first), fmt.Sprint(first)}
		if last > first {
			wanted = []string{name, "a few", "as few"}
			if grows == "" {
				grows = name
			}
		}
		want = append(want, wanted)
		got = append(got, []string{name, fmt.Sprint(first), fmt.Sprint(last)})
	}
	if grows == "" {
		return
	}
	key, values := culprit(after[grows])
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...) + fmt.Sprintf("\n\n%s has   %s", key, values),
		Cause: "Each combination of attributes is a series of its own, in this process and in the backend, for as long as they\nrun. Past 2,000 the SDK gives up and folds the rest into otel.metric.overflow=true.\nWhat differs from order to order belongs on the span.",
	})
	if key == "error.type" {
		needs(t, f, "errors-recorded") // one word for each kind of failure
	}
	recorder.Fail(t, f)
}

// culprit returns the attribute of m that has the most values, and some of
// those.
func culprit(m recorder.Metric) (key, values string) {
	seen := make(map[string]map[string]bool)
	for _, p := range m.Points {
		for _, kv := range p.Attrs {
			if seen[string(kv.Key)] == nil {
				seen[string(kv.Key)] = make(map[string]bool)
			}
			seen[string(kv.Key)][kv.Value.String()] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		if len(seen[k]) > len(seen[key]) {
			key = k
		}
	}
	sorted := slices.Sorted(maps.Keys(seen[key]))
	return key, fmt.Sprintf("%d values: %s …", len(sorted), strings.Join(sorted[:min(3, len(sorted))], ", "))
}
