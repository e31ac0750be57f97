package dbmetrics_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Each query should have a span of its own, db.query, of kind client: below the caller's, and as long as the query.
func TestQuerySpan(t *testing.T) {
	db := &database.Database{Takes: 80 * time.Millisecond, Fails: map[int64]error{1: database.NoTable("orders")}}
	var ended, unended [2]tracetest.SpanStubs
	open(t, db, func(ctx context.Context, s *shop) {
		for i, id := range []int64{42, 1} {
			before, beforeOpen := len(s.rec.Spans()), len(s.rec.Unended())
			_, _, _ = s.status(ctx, id) // what it answers is another matter
			time.Sleep(time.Second)     // a span may end a little later
			ended[i], unended[i] = s.rec.Spans()[before:], s.rec.Unended()[beforeOpen:]
		}
	})
	for i, scene := range []string{"a query of 80 ms\n\n", "a query of 80 ms that fails\n\n"} {
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want: scene + "load order\n└─ db.query (client)\n\ndb.query took   80 ms",
			Got:  scene + recorder.Tree(ended[i]),
		})
		query, ok := recorder.Named(ended[i], "db.query")
		caller, _ := recorder.Named(ended[i], "load order")
		took := query.EndTime.Sub(query.StartTime)
		if ok {
			f.Got += "\n\ndb.query took   " + inWords(took)
		}
		_, open := recorder.Named(unended[i], "db.query")
		switch {
		case open && i == 1:
			f.Cause = "The span of a query that fails is never ended: Status returns before it comes to End. Only a span that has\nended is exported. defer span.End(), right below Start, sees to every way out."
		case open:
			f.Cause = "A span db.query was started and never ended: only a span that has ended is exported."
		case !ok && len(ended[i]) > 1:
			f.Cause = "There is a span, and it has another name: here each query's is called db.query."
		case !ok:
			f.Cause = "The trace ends where the query begins: the time is spent in the database, and nothing says so."
		case query.SpanContext.TraceID() != caller.SpanContext.TraceID():
			f.Cause = "The span begins a trace of its own: it was started from a context without a span."
		case !recorder.Below(ended[i], query, caller):
			f.Cause = "The span is in the right trace, and does not hang on the caller's span."
		case query.SpanKind != trace.SpanKindClient:
			f.Cause = "Start makes an internal span unless it is told another kind. A call to another process is of kind client:\nit is how a backend knows that there is somebody on the other side, and how a map of services gets its arrows."
		case took < 80*time.Millisecond && query.StartTime.Sub(caller.StartTime) >= 80*time.Millisecond:
			f.Cause = "The span starts when the query is over: a query runs in QueryRowContext, or in QueryContext; Scan only copies\nwhat came back."
		case took < 80*time.Millisecond && query.StartTime.Equal(query.EndTime):
			f.Cause = "The span has ended before the query begins: span.End() ends it where it stands, defer span.End() when Status\nreturns. What is set on a span after its end is lost."
		case took < 80*time.Millisecond:
			f.Cause = "The span is shorter than the query: it has to start before, and to end after it."
		default:
			continue
		}
		recorder.Fail(t, f)
	}
}

// The query should end when its caller's context does.
func TestQueryObeysContext(t *testing.T) {
	const scene = "a query of 10 s, whose caller leaves after 100 ms\n\n"
	var took time.Duration
	s := open(t, &database.Database{Takes: 10 * time.Second}, func(ctx context.Context, s *shop) {
		ctx, leave := context.WithCancel(ctx)
		time.AfterFunc(100*time.Millisecond, leave)
		start := time.Now()
		_, _, _ = s.status(ctx, 42) // that it fails is no surprise
		took = time.Since(start)
		time.Sleep(time.Minute)
	})
	says := func(took time.Duration, database string) string {
		return scene + recorder.Table([]string{"Status returns after", inWords(took)}, []string{"the database", database})
	}
	fate := map[bool]string{true: "has stopped", false: "works on, for nobody"}[s.db.Cut() > 0]
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: says(100*time.Millisecond, "has stopped"),
		Got:  says(took, fate),
	})
	if len(s.db.Queries()) == 0 {
		f.Got = scene + "the database was asked nothing"
	} else if f.Got == f.Want {
		return
	} else if took <= 100*time.Millisecond {
		f.Cause = "Status waits no longer, and the query runs on: it was given a context that does not end with the caller's."
	} else {
		f.Cause = "The query was given a context that does not end with the caller's. QueryRow has none at all;\nQueryRowContext takes one."
	}
	recorder.Fail(t, f)
}

// inWords returns a duration as the lesson writes it: 100 ms, 2 s.
func inWords(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%g s", d.Seconds())
	}
	return fmt.Sprintf("%g ms", float64(d)/float64(time.Millisecond))
}

// The span should say which system was asked and what: db.system.name, db.operation.name, db.collection.name, and db.query.text without the values.
func TestQueryAttributes(t *testing.T) {
	s := open(t, &database.Database{Orders: map[int64]string{4711: "packed"}}, func(ctx context.Context, s *shop) {
		_, _, _ = s.status(ctx, 4711)
	})
	const scene = "Status of order 4711\n\n"
	want := [][]string{{"db.system.name", "postgresql"}, {"db.operation.name", "SELECT"}, {"db.collection.name", "orders"}, {"db.query.text", "SELECT status FROM orders WHERE id = $1"}}
	sent := []string{"the database is sent", "SELECT status FROM orders WHERE id = $1"}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: scene + recorder.Table(append(want, sent)...),
		Got:  scene + recorder.Tree(s.rec.Spans()),
	})
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
			right = right && queryText.MatchString(value)
		case "db.operation.name":
			right = right && strings.EqualFold(value, row[1])
		default:
			right = right && value == row[1]
		}
		got = append(got, []string{row[0], value})
	}
	var old []string
	for _, name := range []attribute.Key{"db.system", "db.operation", "db.sql.table", "db.statement"} {
		if _, ok := recorder.Attr(s.queries()[0].Attributes, name); ok {
			old = append(old, string(name))
		}
	}
	private := strings.Contains(recorder.Table(got...), "4711")
	text := "nothing"
	if asked := s.db.Queries(); len(asked) > 0 {
		text = asked[0].Text
	}
	f.Got = scene + recorder.Table(append(got, []string{"the database is sent", text})...)
	switch {
	case strings.Contains(text, "4711"):
		f.Cause = "The order's number is written into the SQL. Whoever can choose that text can choose the query; the database\nhas to plan each one anew; and there are as many query texts as orders. The number is a parameter, $1."
	case private:
		f.Cause = "The text of a query is the same for every order: the values are parameters, and stay out of it. They may be\nprivate, too."
	case !right && old != nil:
		f.Cause = fmt.Sprintf("The span has %s: so they were called before the conventions for databases became stable.\nPackage semconv/v1.43.0 has the names of today; a backend that knows those can show a database for what it is.", strings.Join(old, ", "))
	case !right:
		f.Cause = "Package semconv has these names: a backend that knows them can show a database for what it is."
	default:
		return
	}
	recorder.Fail(t, f)
}

// queryText is the text of a query for an order, with a placeholder: $1, or the
// one that the conventions put in a value's place.
var queryText = regexp.MustCompile(`(?is)\bselect\b.*\borders\b.*(\$1|\?)`)

// needs fails a check that relies on others, the first of which does not pass.
func needs(t *testing.T, f finding.Finding, checks ...string) {
	t.Helper()
	recorder.Needs(t, checks...)
	recorder.Fail(t, f)
}
