package dbmetrics_test

import (
	"context"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A query that ran out of time should have the error.type "timeout", whatever the driver calls it.
func TestTimeoutRecognised(t *testing.T) {
	db := &database.Database{
		Varies: map[int64]time.Duration{42: time.Minute},
		Fails:  map[int64]error{1: database.NoTable("orders")},
	}
	scenes := []struct{ what, want string }{
		{"time is up while it runs", "timeout"},
		{"time is up before it starts", "timeout"},
		{"its caller leaves", "another"},
		{"no table", "another"},
	}
	s := open(t, db, func(ctx context.Context, s *shop) {
		limited, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _, _ = s.status(limited, 42) // it fails, as do all of these
		_, _, _ = s.status(limited, 42)
		left, leave := context.WithCancel(ctx)
		time.AfterFunc(time.Second, leave)
		_, _, _ = s.status(left, 42)
		_, _, _ = s.status(ctx, 1)
	})
	header := []string{"failure", "error.type"}
	want, got := [][]string{header}, [][]string{header}
	for _, scene := range scenes {
		want = append(want, []string{scene.what, scene.want})
	}
	want = append(want, []string{queryCount, "timeout, …"})
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: recorder.Table(want...), Got: recorder.Tree(s.rec.Spans())})
	spans := s.queries()
	if len(spans) != len(scenes) {
		needs(t, f, "query-span")
	}
	kinds := make([]string, len(scenes))
	for i, scene := range scenes {
		kinds[i], _ = recorder.Attr(spans[i].Attributes, "error.type")
		got = append(got, []string{scene.what, orNone(kinds[i])})
	}
	m, counted := s.rec.Metric(queryCount)
	inMetric := make(map[string]bool)
	for _, p := range m.Points {
		kind, _ := p.Attr("error.type")
		inMetric[kind] = true
	}
	if !counted {
		inMetric = map[string]bool{"nothing measured": true}
	}
	f.Got = recorder.Table(append(got, []string{queryCount, list(inMetric)})...)
	switch {
	case s.db.Cut() == 0:
		needs(t, f, "query-obeys-context")
	case kinds[0] == "" || kinds[1] == "" || kinds[3] == "": // whether a caller who leaves is a failure is up to you
		needs(t, f, "errors-recorded")
	case kinds[1] == "timeout" && kinds[2] == "timeout" && kinds[3] != "timeout":
		f.Cause = "A context ends for one of two reasons, context.DeadlineExceeded or context.Canceled: its time is up, or somebody\nhas left. ctx.Err() says which."
	case kinds[0] == "timeout" && kinds[2] == "timeout" && kinds[3] != "timeout":
		f.Cause = "Code 57014 says that the query was canceled, and not why: somebody who reloads a page cancels one too.\nctx.Err() tells the two apart. It also knows of a query whose time was up while it waited for a connection."
	case kinds[0] != "timeout" && kinds[1] == "timeout":
		f.Cause = "When the context ends while the query runs, lib/pq has the server cancel it, and returns what the server says\nto that: an error with the code 57014, which is no context.DeadlineExceeded. ctx.Err() knows why it was."
	case kinds[0] != "timeout" && kinds[0] == kinds[2]:
		f.Cause = "The database has the same code, 57014, for a query that ran out of time and for one whose caller has left: it\nwas asked to cancel both. Why, only the context knows: ctx.Err()."
	case kinds[0] != "timeout":
		f.Cause = "The error does not say that the time was up. ctx.Err() does: it is context.DeadlineExceeded then."
	case kinds[1] != "timeout":
		f.Cause = "A query that waits for a connection until its time is up never reaches the database, and has no code.\nctx.Err() knows of both."
	case kinds[2] == "timeout" || kinds[3] == "timeout":
		f.Cause = "Not every failure is one of time."
	case !counted || len(inMetric) == 1 && inMetric[""]:
		needs(t, f, "queries-counted")
	case !inMetric["timeout"]:
		f.Cause = "The span says \"timeout\", and the metric does not: nobody could count them. Decide once, and use it in both."
	default:
		return
	}
	recorder.Fail(t, f)
}
