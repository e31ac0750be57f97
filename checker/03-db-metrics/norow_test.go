package dbmetrics_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// An order that does not exist should give ErrNotFound, and be no failure, in the span or in the metrics.
func TestNoRowIsNoError(t *testing.T) {
	var tableErr, err error
	s := open(t, &database.Database{Fails: map[int64]error{1: database.NoTable("orders")}}, func(ctx context.Context, s *shop) {
		_, _, tableErr = s.status(ctx, 1) // for comparison
		_, _, err = s.status(ctx, 999)
	})
	says := func(failure, failureReturned, missing, missingReturned string, failures float64) string {
		return recorder.Table(
			[]string{"what is asked", "db.query", "Status returns"},
			[]string{"no such table", failure, failureReturned},
			[]string{"no such order", missing, missingReturned},
			[]string{"failures in " + queryCount, fmt.Sprint(failures)})
	}
	returns := func(err error) string {
		switch {
		case errors.Is(err, handlerspans.ErrNotFound):
			return "ErrNotFound"
		case errors.Is(err, sql.ErrNoRows):
			return "sql.ErrNoRows"
		case err != nil:
			return "an error"
		}
		return "no error"
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: says("a failure", "an error", "no failure", "ErrNotFound", 1),
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
		if kind, _ := p.Attr("error.type"); kind != "" {
			failures += p.Value
		}
	}
	f.Got = says(fate(spans[0]), returns(tableErr), fate(spans[1]), returns(err), failures)
	switch {
	case fate(spans[0]) != "a failure":
		needs(t, f, "errors-recorded")
	case fate(spans[1]) == "an exception":
		f.Cause = "RecordError adds an exception to the span, with nothing wrong: sql.ErrNoRows says that the database has\nlooked and found none. Ask whether the query has failed before you record anything."
	case fate(spans[1]) == "a failure" || failures > 1:
		f.Cause = "sql.ErrNoRows says that the database has looked and found none. That is an answer: were it a failure,\nan alarm would ring when somebody mistypes a number."
	case returns(tableErr) == "no error":
		f.Cause = "A failure is kept from the caller, who takes the empty status for an answer. To record an error is one thing,\nto return it another: it needs both."
	case returns(tableErr) != "an error":
		f.Cause = "A failure is passed on as something else: whoever looks for an order during an outage is told that there is\nnone. Only sql.ErrNoRows means that."
	case returns(err) != "ErrNotFound":
		f.Cause = "The handler knows nothing of SQL: it asks whether the error is handlerspans.ErrNotFound."
	case failures < 1:
		needs(t, f, "queries-counted")
	default:
		return
	}
	recorder.Fail(t, f)
}

// fate says whether a span is marked as failed, in any way.
func fate(s tracetest.SpanStub) string {
	if _, typed := recorder.Attr(s.Attributes, "error.type"); typed || s.Status.Code == codes.Error {
		return "a failure"
	}
	if slices.ContainsFunc(s.Events, func(e sdktrace.Event) bool { return e.Name == "exception" }) {
		return "an exception"
	}
	return "no failure"
}
