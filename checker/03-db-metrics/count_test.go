package dbmetrics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Every query should be counted in db.query.count: with status when it succeeds, with error.type when it fails.
func TestQueriesCounted(t *testing.T) {
	const scene = "six queries: three find their order, one finds none, two fail\n\n"
	const all = 6.0
	db := &database.Database{Fails: map[int64]error{1: database.NoTable("orders"), 2: database.ErrConnection}}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for _, id := range []int64{42, 1, 7, 999, 2, 42} {
			_, _, _ = s.status(ctx, id) // some of them fail
		}
	})
	m, counted := s.rec.Metric(queryCount)
	succeeded, failed, bare := 0.0, 0.0, false
	words, emptyType := make(map[string]bool), false
	for _, p := range m.Points {
		word, ok := p.Attr("status")
		switch kind, typed := p.Attr("error.type"); {
		case typed:
			failed += p.Value
			emptyType = emptyType || kind == ""
		case ok:
			succeeded += p.Value
			words[word] = true
		default:
			bare = true
		}
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: scene + recorder.Table([]string{queryCount, "counter"}, []string{"  error.type=…", "2 in all"}, []string{"  status=ok", "4"}),
		Got:  scene + strings.Replace(series(m, func(p recorder.Point) string { return fmt.Sprint(p.Value) }), queryCount, queryCount+"   "+m.Kind, 1),
	})
	switch {
	case !counted && misnamed(s.rec):
		f.Got = scene + missing(s.rec, queryCount)
		f.Cause = "A chart, and this check, find a metric by its name, and by nothing else."
	case !counted:
		f.Got = scene + missing(s.rec, queryCount)
		f.Cause = "A meter makes instruments: Int64Counter is the one that only goes up. Make it in NewStore, and add to it\nin Status."
	case m.Kind != "counter":
		f.Cause = "What only goes up is a counter: a backend can take its rate, and knows a restart when it sees one."
	case bare:
		f.Cause = "A point has neither status nor error.type: metric.WithAttributes hands them to Add."
	case emptyType:
		f.Cause = "An error.type that is empty is an error.type all the same: what succeeds has none at all."
	case failed == 0 && (succeeded == 3 || succeeded == 4):
		f.Cause = "Only successes are counted: during an outage this metric says that there is little to do.\nCount what has ended, however it did."
	case failed == 0 && succeeded == all:
		f.Cause = "Failures are counted as if all were well: without error.type nobody can tell that there are any."
	case succeeded+failed > all:
		f.Cause = "Some queries are counted more than once: a query is a success or a failure, which is known when it has ended."
	case succeeded == 3 && failed == 2:
		f.Cause = "The query that finds no order is not counted: Status returns before it comes to Add. It was a query too."
	case succeeded+failed < all || failed < 2:
		f.Cause = "Each of the six should count once: under status when it succeeds, under error.type when it fails."
	case words["shipped"] || words["packed"]:
		f.Cause = "That is the order's status, and the query's is meant: ok, say. The order's splits the number of successes into as\nmany as there are kinds of orders, and is the handler's business."
	default:
		return // that to find none is no failure, another check says
	}
	recorder.Fail(t, f)
}
