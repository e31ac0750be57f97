package dbmetrics_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A measurement should lead to its trace: an exemplar of db.query.duration has the trace's id.
func TestExemplarLinked(t *testing.T) {
	seconds := true // whether what is measured are seconds at all
	all := played(t)
	for e := range each(all) {
		m, n := e.counted(queryDuration)
		if e == all[0] {
			seconds = alike(total(m), e.calls[0].end.Sub(e.calls[0].begin))
		}
		for _, c := range e.calls {
			if c.tracing != sampled {
				continue
			}
			took := c.end.Sub(c.begin)
			says := func(exemplar string) string {
				return e.scene() + recorder.Table([]string{queryDuration, inWords(took)}, []string{"  exemplar", exemplar})
			}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: says("trace of that query"), Got: says("none")})
			if n.all() == 0 && c.want == found {
				got, _ := absent([]*evidence{e}, queryDuration)
				f.Got = e.scene() + got
				e.fail(t, f, "duration-in-seconds")
			} else if n.all() == 0 {
				continue // that a failure is not timed is another matter
			}
			exemplar, value := "none", 0.0
			for _, p := range m.Points {
				for _, x := range p.Exemplars {
					switch {
					case x.Trace == c.trace:
						exemplar, value = "trace of that query", x.Value
					case !e.any(func(c *seen) bool { return c.trace == x.Trace }) || x.Trace == c.trace:
					case exemplar == "none":
						exemplar = "another trace"
					}
				}
			}
			query := c.queries()
			switch {
			case seconds && value > 0.05 && exemplar == "trace of that query" && !alike(value, took) && e.any(func(c *seen) bool { return alike(value, c.end.Sub(c.begin)) }):
				f.Got = says(fmt.Sprintf("%s, with the duration of another: %s", exemplar, inWords(time.Duration(value*float64(time.Second)))))
				f.Cause = "Two queries run at once, and a measurement of one has the trace of the other: the context belongs to one query, and\nis a variable of its function."
				e.fail(t, f, "duration-in-seconds")
			case exemplar == "trace of that query" || len(e.calls) > 1:
				continue // of several in one bucket, the last is kept
			case len(query) == 0:
				e.fail(t, f, "query-span") // the query is in another trace itself
			}
			f.Got = says(exemplar)
			f.Cause = "Record takes a context so as to know in which trace it was measured. Without the span in it, a point on the\nchart stays a point: nobody can click on the slow ones and see why."
			if slices.ContainsFunc(m.Points, func(p recorder.Point) bool { return len(p.Bounds) == 0 }) {
				e.fail(t, f, "duration-in-seconds")
			}
			e.fail(t, f)
		}
	}
}

// alike reports whether a measurement is that of a query that took so long.
func alike(seconds float64, took time.Duration) bool {
	return math.Abs(seconds-took.Seconds()) < 0.0005
}
