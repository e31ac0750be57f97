package dbmetrics_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// An order that does not exist should give ErrNotFound, and be no failure, in the span or in the metrics.
func TestNoRowIsNoError(t *testing.T) {
	all := played(t)
	for e := range each(all) {
		for _, c := range e.calls {
			says := func(span, returned, counted string) string {
				return recorder.Table([]string{"what is asked", "db.query", "Status returns", "in " + queryCount}, []string{e.name + e.round, span, returned, counted})
			}
			_, n := e.counted(queryCount)
			_, timed := e.counted(queryDuration)
			counted := fmt.Sprintf("%g failed", n.failed)
			failures := e.bounds().failMin
			if c.want == breaks && c.passedOff() {
				failures++ // its span has been told of none
			}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
				Want: says("a failure", "an error", fmt.Sprintf("%g failed", failures)),
				Got:  says(c.fate(), c.kindOfError(), counted),
			})
			if c.want == none {
				f.Want = says("no failure", "ErrNotFound", fmt.Sprintf("%g failed", e.bounds().failMin))
			}
			alone := len(e.calls) == 1
			if c.want == none && n.failed > 0 && miscounted(all) {
				recorder.Needs(t, "queries-counted")
			}
			switch {
			case c.want == none && c.tracing == sampled && len(c.queries()) == 0:
				e.fail(t, f, "query-span")
			case c.want == none && c.fate() == "an exception":
				f.Cause = "RecordError adds an exception to the span, with nothing wrong: sql.ErrNoRows says that the database has\nlooked and found none. Ask whether the query has failed before you record anything."
			case c.want == none && (c.fate() == "a failure" || alone && n.failed > 0):
				f.Cause = "sql.ErrNoRows says that the database has looked and found none. That is an answer: were it a failure,\nan alarm would ring when somebody mistypes a number."
			case c.want == none && alone && timed.failed > 0:
				f.Cause = "The histogram has it among the failures. That none was found is an answer, in both metrics."
			case c.want == none && c.kindOfError() != "ErrNotFound":
				f.Cause = "The handler knows nothing of SQL: it asks whether the error is handlerspans.ErrNotFound."
				if c.err == nil {
					f.Cause = "The caller is told of no error, and takes the empty status for an answer."
				}
			case c.want != none && c.want != found && c.want != unclear && c.passedOff():
				f.Cause = "A failure is passed on as something else: whoever looks for an order during an outage is told that there is\nnone. Only sql.ErrNoRows means that."
				if c.want == breaks {
					f.Cause = "Rows that break off look like rows that have ended: rows.Next says no to both. Which of the two it was, rows.Err\nknows; without it, whoever looks for an order during an outage is told that there is none."
				}
				if c.want == late || c.want == left {
					f.Cause = "That its time was up, or that its caller has left, says nothing of the order: nobody has looked whether it is there."
				}
			default:
				continue
			}
			if c.want == none && c.fate() != "no failure" && (len(e.calls) > 1 || all[0].calls[0].fate() == c.fate()) {
				recorder.Needs(t, "errors-recorded") // a neighbor's failure may be on its span, or every span says so
			}
			recorder.Fail(t, e.mixed(f))
		}
	}
}

// miscounted reports whether queries that find their order are counted as
// failures, too.
func miscounted(all []*evidence) bool {
	return slices.ContainsFunc(all, func(e *evidence) bool {
		_, n := e.counted(queryCount)
		return n.failed > e.bounds().failMax
	})
}

// fate says whether the call's query is marked as failed, in any way.
func (c *seen) fate() string {
	spans := c.queries()
	if _, typed := c.attr("error.type"); typed || slices.ContainsFunc(spans, func(s span) bool { return s.Status.Code == codes.Error }) {
		return "a failure"
	}
	for _, s := range spans {
		if slices.ContainsFunc(s.Events, func(e sdktrace.Event) bool { return e.Name == "exception" }) {
			return "an exception"
		}
	}
	return "no failure"
}

// kindOfError says what Status has returned.
func (c *seen) kindOfError() string {
	switch {
	case c.panicked != nil:
		return "a panic"
	case errors.Is(c.err, handlerspans.ErrNotFound):
		return "ErrNotFound"
	case errors.Is(c.err, sql.ErrNoRows):
		return "sql.ErrNoRows"
	case c.err != nil:
		return "an error"
	}
	return "no error"
}
