package dbmetrics_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A failed query should show on its span, status Error and the database's own code, and have one error.type for each kind of failure, on the span and in the metrics alike.
func TestErrorsRecorded(t *testing.T) {
	db := &database.Database{Fails: map[int64]error{1: database.NoTable("orders"), 2: database.NoTable("order"), 3: database.ErrConnection}}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for id := range int64(3) {
			_, _, _ = s.status(ctx, id+1) // each fails
		}
	})
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: recorder.Table(
			[]string{"failure", "status", "error.type", "db.response.status_code"},
			[]string{"no table orders", "Error", "A", "42P01"},
			[]string{"no table order", "Error", "A", "42P01"},
			[]string{"no connection", "Error", "B", ""},
			[]string{queryCount, "", "A, B"},
			[]string{queryDuration, "", "A, B"}),
		Got: recorder.Tree(s.rec.Spans()),
	})
	spans := s.queries()
	if len(spans) != 3 {
		needs(t, f, "query-span")
	}
	got := [][]string{{"failure", "status", "error.type", "db.response.status_code"}}
	marked, coded := true, true
	types := make(map[string]bool)
	for i, what := range []string{"no table orders", "no table order", "no connection"} {
		kind, _ := recorder.Attr(spans[i].Attributes, "error.type")
		code, _ := recorder.Attr(spans[i].Attributes, "db.response.status_code")
		types[kind] = true
		marked = marked && spans[i].Status.Code == codes.Error
		coded = coded && (i == 2 || code == "42P01")
		got = append(got, []string{what, spans[i].Status.Code.String(), orNone(kind), code})
	}
	alike := true
	for _, name := range []string{queryCount, queryDuration} {
		m, ok := s.rec.Metric(name)
		if !ok {
			got = append(got, []string{name, "", "nothing measured"})
			f.Got = recorder.Table(got...)
			needs(t, f, map[string]string{queryCount: "queries-counted", queryDuration: "duration-in-seconds"}[name])
		}
		inMetric := make(map[string]bool)
		for _, p := range m.Points {
			kind, _ := p.Attr("error.type")
			inMetric[kind] = true
		}
		alike = alike && maps.Equal(types, inMetric)
		got = append(got, []string{name, "", list(inMetric)})
	}
	f.Got = recorder.Table(got...)
	first, _ := recorder.Attr(spans[0].Attributes, "error.type")
	second, _ := recorder.Attr(spans[1].Attributes, "error.type")
	switch {
	case !marked && len(spans[0].Events) > 0:
		f.Cause = "RecordError adds an event, and leaves the span's status as it was: SetStatus(codes.Error, …) marks it."
	case !marked:
		f.Cause = "The query failed, and its span looks like any other."
	case types[""]:
		f.Cause = "Without error.type on the span, nobody can tell one failure from another."
	case first != second:
		f.Cause = "Two failures of one kind have two values of error.type: the message is in it. As a metric's attribute that\nis a series for each message. Take the code that the database gives, or a word of your own."
	case !alike:
		f.Cause = "The metrics and the spans don't say the same: whoever sees the number rise could not find the traces of it."
	case !coded:
		f.Cause = "The database says what was wrong in five characters, its SQLSTATE: *pq.Error has it as Code."
	default:
		return
	}
	recorder.Fail(t, f)
}

func list(set map[string]bool) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		names = append(names, orNone(name))
	}
	return strings.Join(names, ", ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// An order that does not exist should give ErrNotFound, and be no failure, in the span or in the metrics.
func TestNoRowIsNoError(t *testing.T) {
	var err error
	s := open(t, &database.Database{Fails: map[int64]error{1: database.NoTable("orders")}}, func(ctx context.Context, s *shop) {
		_, _, _ = s.status(ctx, 1) // for comparison
		_, _, err = s.status(ctx, 999)
	})
	says := func(failure, missing, returned string, failures float64) string {
		return recorder.Table(
			[]string{"what is asked", "db.query", "Status returns"},
			[]string{"no such table", failure, "an error"},
			[]string{"no such order", missing, returned},
			[]string{"failures in " + queryCount, fmt.Sprint(failures)})
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: says("a failure", "no failure", "ErrNotFound", 1),
		Got:  recorder.Tree(s.rec.Spans()),
	})
	spans := s.queries()
	if len(spans) != 2 {
		needs(t, f, "query-span")
	}
	m, ok := s.rec.Metric(queryCount)
	if !ok {
		needs(t, f, "queries-counted")
	}
	failures := 0.0
	for _, p := range m.Points {
		if _, typed := p.Attr("error.type"); typed {
			failures += p.Value
		}
	}
	returned := "no error"
	switch {
	case errors.Is(err, handlerspans.ErrNotFound):
		returned = "ErrNotFound"
	case err != nil:
		returned = err.Error()
	}
	f.Got = says(fate(spans[0]), fate(spans[1]), returned, failures)
	switch {
	case fate(spans[0]) == "no failure":
		needs(t, f, "errors-recorded")
	case fate(spans[1]) == "a failure" || failures > 1:
		f.Cause = "sql.ErrNoRows says that the database has looked and found none. That is an answer: were it a failure,\nan alarm would ring when somebody mistypes a number."
	case returned != "ErrNotFound":
		f.Cause = "The handler knows nothing of SQL: it asks whether the error is handlerspans.ErrNotFound."
	case failures < 1:
		needs(t, f, "queries-counted")
	default:
		return
	}
	recorder.Fail(t, f)
}

// fate says whether a span is marked as failed, in either way.
func fate(s tracetest.SpanStub) string {
	if _, typed := recorder.Attr(s.Attributes, "error.type"); typed || s.Status.Code == codes.Error {
		return "a failure"
	}
	return "no failure"
}

// A query that ran out of time should have the error.type "timeout", whatever the driver calls it.
func TestTimeoutRecognised(t *testing.T) {
	db := &database.Database{
		Varies: map[int64]time.Duration{42: time.Minute},
		Fails:  map[int64]error{1: database.NoTable("orders")},
	}
	s := open(t, db, func(ctx context.Context, s *shop) {
		limited, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _, _ = s.status(limited, 42) // it fails
		_, _, _ = s.status(ctx, 1)      // so does this
	})
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: recorder.Table([]string{"failure", "error.type"}, []string{"out of time", "timeout"}, []string{"no table", "another"}),
		Got:  recorder.Tree(s.rec.Spans()),
	})
	spans := s.queries()
	if len(spans) != 2 {
		needs(t, f, "query-span")
	}
	kind := func(span tracetest.SpanStub) string {
		kind, _ := recorder.Attr(span.Attributes, "error.type")
		return kind
	}
	f.Got = recorder.Table([]string{"failure", "error.type"}, []string{"out of time", orNone(kind(spans[0]))}, []string{"no table", orNone(kind(spans[1]))})
	switch {
	case s.db.Cut() == 0:
		needs(t, f, "query-obeys-context")
	case kind(spans[0]) == "" || kind(spans[1]) == "":
		needs(t, f, "errors-recorded")
	case kind(spans[0]) != "timeout":
		f.Cause = "When the context ends, lib/pq has the server cancel the query, and returns what the server says to that:\nan error with the code 57014, which is no context.DeadlineExceeded. ctx.Err() knows why it was."
	case kind(spans[1]) == "timeout":
		f.Cause = "Not every failure is one of time."
	default:
		return
	}
	recorder.Fail(t, f)
}
