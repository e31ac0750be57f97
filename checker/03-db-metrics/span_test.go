package dbmetrics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Each query should have a span of its own, db.query, of kind client: below the caller's, and as long as the query.
func TestQuerySpan(t *testing.T) {
	s := open(t, &database.Database{Takes: 80 * time.Millisecond}, func(ctx context.Context, s *shop) {
		_, _, _ = s.status(ctx, 42) // what it answers is another matter
	})
	all := s.rec.Spans()
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: "load order\n└─ db.query (client)\n\ndb.query took   80 ms",
		Got:  recorder.Tree(all),
	})
	query, ok := recorder.Named(all, "db.query")
	caller, _ := recorder.Named(all, "load order")
	took := query.EndTime.Sub(query.StartTime)
	if ok {
		f.Got += fmt.Sprintf("\n\ndb.query took   %d ms", took.Milliseconds())
	}
	_, open := recorder.Named(s.rec.Unended(), "db.query")
	switch {
	case open:
		f.Cause = "A span \"db.query\" was started and has not ended: only spans that end are exported."
	case !ok:
		f.Cause = "The trace ends where the query begins: the time is spent in the database, and nothing says so."
	case query.SpanContext.TraceID() != caller.SpanContext.TraceID():
		f.Cause = "The span begins a trace of its own: it was started from a context without a span."
	case !recorder.Below(all, query, caller):
		f.Cause = "The span is in the right trace, and does not hang on the caller's span."
	case query.SpanKind != trace.SpanKindClient:
		f.Cause = "A call to another process is a span of kind client. It is how a backend knows that there is\nsomebody on the other side, and how a map of services gets its arrows."
	case took < 80*time.Millisecond:
		f.Cause = "The span is shorter than the query: it has to start before, and to end after it."
	default:
		return
	}
	recorder.Fail(t, f)
}

// The query should end when its caller's context does.
func TestQueryObeysContext(t *testing.T) {
	const scene = "a query of 10 s, whose caller leaves after 100 ms\n"
	var took time.Duration
	s := open(t, &database.Database{Takes: 10 * time.Second}, func(ctx context.Context, s *shop) {
		ctx, leave := context.WithCancel(ctx)
		time.AfterFunc(100*time.Millisecond, leave)
		start := time.Now()
		_, _, _ = s.status(ctx, 42) // that it fails is no surprise
		took = time.Since(start)
		time.Sleep(time.Minute)
	})
	says := func(took, database string) string {
		return scene + recorder.Table([]string{"Status returns after", took}, []string{"the database", database})
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: says("100 ms", "has stopped"),
		Got:  says(fmt.Sprintf("%d ms", took.Milliseconds()), map[bool]string{true: "has stopped", false: "works on, for nobody"}[s.db.Cut() > 0]),
	})
	if len(s.db.Queries()) == 0 {
		f.Got = scene + "the database was asked nothing"
	} else if f.Got == f.Want {
		return
	} else {
		f.Cause = "The query was given a context that does not end with the caller's. QueryRow has none at all;\nQueryRowContext takes one."
	}
	recorder.Fail(t, f)
}

// The span should say which system was asked and what: db.system.name, db.operation.name, db.collection.name, and db.query.text without the values.
func TestQueryAttributes(t *testing.T) {
	s := open(t, &database.Database{Orders: map[int64]string{4711: "packed"}}, func(ctx context.Context, s *shop) {
		_, _, _ = s.status(ctx, 4711)
	})
	want := [][]string{{"db.system.name", "postgresql"}, {"db.operation.name", "SELECT"}, {"db.collection.name", "orders"}, {"db.query.text", "SELECT status FROM orders WHERE id = $1"}}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: recorder.Table(want...), Got: recorder.Tree(s.rec.Spans())})
	if len(s.queries()) == 0 {
		needs(t, f, "query-span")
	}
	right := true
	var got [][]string
	for _, row := range want {
		value, ok := recorder.Attr(s.queries()[0].Attributes, attribute.Key(row[0]))
		if !ok {
			value = "not there"
		}
		switch row[0] {
		case "db.query.text":
			right = right && strings.Contains(value, "$1")
		case "db.operation.name":
			right = right && strings.EqualFold(value, row[1])
		default:
			right = right && value == row[1]
		}
		got = append(got, []string{row[0], value})
	}
	f.Got = recorder.Table(got...)
	asked := s.db.Queries()
	formatted := len(asked) > 0 && strings.Contains(asked[0].Text, "4711")
	switch {
	case formatted:
		f.Got += "\n\nthe database was sent   " + asked[0].Text
		f.Cause = "The order's number is written into the SQL. Whoever can choose that text can choose the query; the database\nhas to plan each one anew; and there are as many query texts as orders. The number is a parameter, $1."
	case strings.Contains(recorder.Table(got...), "4711"):
		f.Cause = "The text of a query is the same for every order: the values are parameters, and stay out of it. They may be\nprivate, too."
	case !right:
		f.Cause = "Package semconv has these names: a backend that knows them can show a database for what it is."
	default:
		return
	}
	recorder.Fail(t, f)
}

// needs fails a check that relies on others, the first of which does not pass.
func needs(t *testing.T, f finding.Finding, checks ...string) {
	t.Helper()
	recorder.Needs(t, checks...)
	recorder.Fail(t, f)
}
