package dbmetrics_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Every query should be counted in db.query.count: with status when it succeeds, with error.type when it fails.
func TestQueriesCounted(t *testing.T) {
	all := played(t)
	for e := range each(all) {
		m, n := e.counted(queryCount)
		b := e.bounds()
		if e.name == twoStores.name && e.observed {
			continue // two callbacks of one instrument: the SDK keeps what the last one says
		}
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want: e.scene() + recorder.Table(append([][]string{{queryCount, "counter"}}, b.rows()...)...),
			Got:  e.scene() + added(m),
		})
		switch {
		case !measured(all, queryCount):
			got, slip := absent(all, queryCount)
			f.Got, f.Cause = e.scene()+got, slip
			if slip == "" && strings.Contains(got, "but") {
				f.Cause = "A chart, and this check, find a metric by its name, and by nothing else."
			} else if slip == "" {
				f.Cause = "A meter makes instruments: Int64Counter is the one that only goes up. Make it in NewStore, and add to it\nin Status."
			}
		case e.after[queryCount].Kind != "" && e.after[queryCount].Kind != "counter":
			f.Cause = "What only goes up is a counter: a backend can take its rate, and knows a restart when it sees one."
		case n.bare > 0:
			f.Cause = "A point has neither status nor error.type: metric.WithAttributes hands them to Add."
			for _, p := range m.Points {
				if slip := recorder.NearAttr("error.type", p.Attrs); slip != "" {
					f.Cause = recorder.Slip(slip, "error.type")
				} else if slip := recorder.NearAttr("status", p.Attrs); slip != "" {
					f.Cause = recorder.Slip(slip, "status")
				}
			}
		case n.types[""] > 0 && n.failed > b.failMax:
			f.Cause = "An error.type that is empty is an error.type all the same: what succeeds has none at all."
		case n.types[""] > 0:
			f.Cause = "An error.type that is empty says nothing: give each kind of failure a word, this one too."
		case n.all() < b.min:
			f.Cause = uncounted(all, e)
			if e.any(func(c *seen) bool { return c.tracing == sampled && len(c.asked) == 0 && len(c.queries()) == 0 }) {
				recorder.Needs(t, "query-span") // it does not begin where a connection is asked for
			}
		case n.all() > b.max:
			f.Cause = "A query is counted more than once: it is a success or a failure, which is known when it has ended."
		case n.failed > b.failMax:
			f.Cause = "A query that has found its order is counted as a failure."
		case n.failed < b.failMin:
			f.Cause = "A failure is counted as if all were well: without error.type nobody can tell that there are any."
		case words(all) != nil:
			f.Want, f.Got = wordsTable("ok, say", "ok, say"), wordsTable(words(all)...)
			f.Cause = "status is the query's, in one word: ok, say. Here it differs from order to order."
			if a := words(all); slices.Contains(a, orders[shipped]) || slices.Contains(a, orders[packed]) {
				f.Cause = "That is the order's status, and the query's is meant: ok, say. The order's splits the number of successes into as\nmany as there are kinds of orders, and is the handler's business."
			}
		case scopes(e) != "":
			f.Want, f.Got = "meter   "+scope, "meter   "+scopes(e)
			f.Cause = "The meter's name says which part of the code measures: here it is the tracer's, " + scope + "."
			f = recorder.At(dbmetrics.NewStore, f)
		default:
			continue
		}
		e.fail(t, f)
	}
}

// added draws what was added to a metric in one situation.
func added(m recorder.Metric) string {
	rows := [][]string{{m.Name, m.Kind}}
	for _, p := range m.Points {
		rows = append(rows, []string{"  " + p.String(), fmt.Sprint(count(p, m.Kind))})
	}
	if len(m.Points) == 0 {
		return "nothing is added to " + m.Name
	}
	return recorder.Table(rows...)
}

// uncounted says what the situations in which nothing is counted have in
// common, of which e is the first.
func uncounted(all []*evidence, e *evidence) string {
	missed := func(is func(*evidence) bool) bool {
		return !slices.ContainsFunc(all, func(e *evidence) bool {
			_, n := e.counted(queryCount)
			return is(e) && len(e.calls) == 1 && n.all() > 0
		})
	}
	alone := len(e.calls) == 1
	switch {
	case alone && e.calls[0].want == none:
		return "The query that finds no order is not counted. It was a query too: nothing should return before Add."
	case alone && e.ending(fails) && missed(func(e *evidence) bool { return e.ending(fails) }):
		return "Only successes are counted: during an outage this metric says that there is little to do.\nCount what has ended, however it did."
	case alone && e.ending(fails, late, left) && len(e.calls[0].asked) == 0:
		return "A query that gets no connection is not counted, so the chart knows nothing of the day on which there are none.\nTo ask for one is the beginning of a query."
	case alone && e.ending(late, left):
		return "A query whose context has ended is not counted. It was a query too, and maybe the slowest: nothing should return\nbefore Add."
	case alone && e.calls[0].tracing == unsampled:
		return "What is counted depends on the trace, of which most are not kept: a counter counts all queries, or its rate\nsays nothing."
	case alone && e.calls[0].tracing == traceless:
		return "Only queries below somebody's span are counted. A job that runs at night asks the database, too."
	}
	return "Each query should count once: under status when it succeeds, under error.type when it fails."
}

// words returns the values of status in the rounds' first two situations, two
// orders that differ in nothing but their status; nil where they are the same.
func words(all []*evidence) []string {
	_, a := all[0].counted(queryCount)
	_, b := all[1].counted(queryCount)
	if a.failed+b.failed+a.bare+b.bare > 0 || maps.Equal(a.words, b.words) {
		return nil
	}
	return slices.Concat(slices.Collect(maps.Keys(a.words)), slices.Collect(maps.Keys(b.words)))
}

func wordsTable(of ...string) string {
	rows := [][]string{{"order", "its status", "status in " + queryCount}}
	for i, order := range []int64{shipped, packed} {
		word := "none"
		if i < len(of) {
			word = of[i]
		}
		rows = append(rows, []string{fmt.Sprint(order), orders[order], word})
	}
	return recorder.Table(rows...)
}

// scopes returns the name of a meter that is not the step's, or "".
func scopes(e *evidence) string {
	for _, name := range []string{queryCount, queryDuration} {
		if m, ok := e.after[name]; ok && m.Scope != scope {
			return orNone(m.Scope)
		}
	}
	return ""
}
