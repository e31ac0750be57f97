package dbmetrics_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A failed query should show on its span, status Error and the database's own code, and have one error.type for each kind of failure, on the span and in the metrics alike.
func TestErrorsRecorded(t *testing.T) {
	failures := []struct {
		what      string
		err       error
		kind, sql string // what is wanted: a word for the kind, the database's code
	}{
		{"no table orders", database.NoTable("orders"), "A", "42P01"},
		{"no table order", database.NoTable("order"), "A", "42P01"},
		{"disk full", database.ErrDiskFull, "B", "53100"},
		{"no connection", database.ErrConnection, "C", ""},
	}
	const takes = 10 * time.Millisecond
	db := &database.Database{Takes: takes, Fails: make(map[int64]error)}
	for i, failure := range failures {
		db.Fails[int64(i)] = failure.err
	}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for i := range failures {
			_, _, _ = s.status(ctx, int64(i)) // each fails
		}
	})
	header := []string{"failure", "status", "error.type", "db.response.status_code"}
	want, got := [][]string{header}, [][]string{header}
	for _, failure := range failures {
		want = append(want, []string{failure.what, "Error", failure.kind, failure.sql})
	}
	const same = "the same three"
	want = append(want, []string{queryCount, "", same}, []string{queryDuration, "", same})
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: recorder.Table(want...) + "\n\nA, B and C: words of your choice, such as 42P01",
		Got:  recorder.Tree(s.rec.Spans()),
	})
	spans := s.queries()
	if len(spans) != len(failures) {
		needs(t, f, "query-span")
	}
	marked, coded, event := true, true, false
	types := make(map[string]bool)
	kinds := make([]string, len(failures))
	for i, failure := range failures {
		kind, _ := recorder.Attr(spans[i].Attributes, "error.type")
		code, _ := recorder.Attr(spans[i].Attributes, "db.response.status_code")
		types[kind], kinds[i] = true, kind
		if spans[i].Status.Code != codes.Error {
			marked, event = false, event || len(spans[i].Events) > 0
		}
		coded = coded && (failure.sql == "" || code == failure.sql)
		got = append(got, []string{failure.what, spans[i].Status.Code.String(), short(orNone(kind)), code})
	}
	alike := true
	for _, name := range []string{queryCount, queryDuration} {
		m, ok := s.rec.Metric(name)
		inMetric := make(map[string]bool)
		for _, p := range m.Points {
			kind, _ := p.Attr("error.type")
			inMetric[kind] = true
		}
		shown := list(inMetric)
		switch {
		case !ok:
			shown = "nothing measured"
		case maps.Equal(types, inMetric) && len(types) == 3:
			shown = same
		case maps.Equal(types, inMetric):
			shown = fmt.Sprintf("the same %d", len(types))
		}
		got = append(got, []string{name, "", shown})
		f.Got = recorder.Table(got...)
		switch {
		case !ok && name == queryDuration:
			f.Cause = "A query that fails is not timed. Those that ran out of time are the slowest of all, and would be in no percentile."
			needs(t, f, "duration-in-seconds")
		case name == queryCount && (!ok || inMetric[""]): // it does not count failures as such
			needs(t, f, "queries-counted")
		}
		alike = alike && maps.Equal(types, inMetric)
	}
	switch {
	case !marked && spans[0].EndTime.Sub(spans[0].StartTime) < takes: // what is set after End is lost
		needs(t, f, "query-span")
	case !marked && event:
		f.Cause = "RecordError adds an event, and leaves the span's status as it was: SetStatus(codes.Error, …) marks it."
	case !marked:
		f.Cause = "The query failed, and its span looks like any other."
	case types[""]:
		f.Cause = "Without error.type on the span, nobody can tell one failure from another."
	case kinds[0] != kinds[1]:
		f.Cause = "Two failures of one kind have two values of error.type: the message is in it. As a metric's attribute that\nis a series for each message. Take the code that the database gives, or a word of your own."
	case kinds[0] == kinds[2] || kinds[0] == kinds[3] || kinds[2] == kinds[3]:
		f.Cause = "One word stands for failures that have nothing in common, and tells them apart no better than none.\nThe database has a code for each kind of failure; what never reached it needs a word of your own."
	case !alike:
		f.Cause = "The metrics and the spans don't say the same: whoever sees the number rise could not find the traces of it."
	case !coded:
		f.Cause = "The database says what was wrong in five characters, its SQLSTATE: *pq.Error has it as Code. On the span it is\ndb.response.status_code."
	default:
		return
	}
	recorder.Fail(t, f)
}

func list(set map[string]bool) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		names = append(names, short(orNone(name)))
	}
	return strings.Join(names, ", ")
}

// short cuts what would not fit into a table.
func short(s string) string {
	const most = 28
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
