package dbmetrics_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// The number of series should not grow with the number of orders.
func TestAttributesBounded(t *testing.T) {
	const some, many = 200, 3000 // the first ones have all that can differ but the orders themselves
	var before recorder.Snapshot
	db := &database.Database{Orders: make(map[int64]string), Fails: make(map[int64]error), Varies: make(map[int64]time.Duration)}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for i := range int64(many) {
			if i == some {
				before = s.rec.Snapshot()
			}
			c := call{order: 1_000_000 + i}
			db.Varies[c.order] = time.Duration(i*37%3000) * time.Millisecond
			switch i % 8 {
			case 0, 1:
				db.Orders[c.order] = "packed"
			case 2:
				db.Orders[c.order] = "shipped"
			case 3:
				db.Fails[c.order] = &pq.Error{Severity: "ERROR", Code: "53100", Message: fmt.Sprintf("could not write to file base/%d: No space left on device", c.order)}
			case 4:
				db.Fails[c.order] = database.NoTable(fmt.Sprintf("orders_%d", c.order))
			case 5:
				db.Fails[c.order] = database.Lost(20_000 + int(i))
			case 6:
				c.limit = time.Millisecond
			case 7:
				c.leaves = time.Millisecond
			}
			s.ask(ctx, &seen{call: c}) // half of them fail
		}
	})
	after := s.rec.Snapshot()
	for _, name := range []string{queryCount, queryDuration} {
		if len(after[name].Points) == 0 {
			got, _ := absent([]*evidence{{after: after}}, name)
			recorder.Needs(t, "queries-counted", "duration-in-seconds")
			recorder.Fail(t, finding.Finding{Want: name, Got: got})
		}
	}
	header := []string{"series of", "after 200 orders", "after 3000"}
	want, got := [][]string{header}, [][]string{header}
	grows := ""
	for _, name := range after.Names() {
		first, last := len(before[name].Points), len(after[name].Points)
		grown := last > first+first/2
		if name != queryCount && name != queryDuration && !grown {
			continue
		}
		wanted := []string{name, fmt.Sprint(first), fmt.Sprint(first)}
		if grown {
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
	switch key {
	case "error.type":
		recorder.Needs(t, "errors-recorded") // one word for each kind of failure
	case "status":
		recorder.Needs(t, "queries-counted") // the query's, in a word
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
