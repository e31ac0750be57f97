package dbmetrics_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A failed query should show on its span, status Error and the database's own code, and have one error.type for each kind of failure, on the span and in the metrics alike.
func TestErrorsRecorded(t *testing.T) {
	all := played(t)
	kinds := make(map[string]string) // error.type by kind of failure
	header := []string{"failure", "span", "error.type", "code", "counted as", "timed as"}
	const footnote = "\n\ncode is db.response.status_code; counted and timed as: error.type in the metrics"
	for e := range each(all) {
		for _, c := range e.calls {
			row, wanted := e.failureRow(c), e.wantedRow(c)
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
				Want: recorder.Table(header, wanted) + footnote,
				Got:  recorder.Table(header, row) + footnote,
			})
			cause, needs := e.failure(c)
			if kind := c.failure.kind; cause == "" && needs == nil && c.ends() == fails && kind != "" && c.tracing == sampled {
				word, _ := c.attr("error.type")
				if old, ok := kinds[kind]; ok && old != word {
					f.Want, f.Got = kindsTable(all, header, (*evidence).wantedRow), kindsTable(all, header, (*evidence).failureRow)
					cause = "Two failures of one kind have two values of error.type. As a metric's attribute each of them is a series. Take the\ncode that the database gives, or a word of your own."
					if strings.Contains(c.err.Error(), word) {
						cause = "Two failures of one kind have two values of error.type: the message is in it. As a metric's attribute that\nis a series for each message. Take the code that the database gives, or a word of your own."
					}
				}
				kinds[kind] = word
			}
			if _, n := e.counted(queryCount); cause == "" && needs == nil && c.tracing == unsampled && c.ends() == fails && len(e.calls) == 1 && n.types[kinds[c.failure.kind]] == 0 {
				cause = "The word differs where the trace is not sampled: it is to be taken from the error, not from the span."
			}
			if cause == "" && needs == nil {
				continue
			}
			f.Cause = cause
			e.fail(t, f, needs...)
		}
	}
	if kinds["A"] == kinds["B"] || kinds["A"] == kinds["C"] || kinds["B"] == kinds["C"] {
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want:  kindsTable(all, header, (*evidence).wantedRow),
			Got:   kindsTable(all, header, (*evidence).failureRow),
			Cause: "One word stands for failures that have nothing in common, and tells them apart no better than none.\nThe database has a code for each kind of failure; what never reached it needs a word of your own.",
		})
		if strings.Contains(kinds["A"], "cancel") {
			f.Cause = "The word says that somebody has left, and nobody had. A context that the store makes itself has ended, too, when its own\ncancel is called: ask why a query has failed before that, or ask the caller's."
		}
		recorder.Fail(t, f)
	}
	mustTellLeftFromLost(t, all, kinds["C"])
}

// mustTellLeftFromLost ends the check when a query that the database has
// canceled, because its caller had left, is counted under the word of a
// database that can't be reached. That it is no failure is right as well.
func mustTellLeftFromLost(t *testing.T, all []*evidence, lost string) {
	t.Helper()
	for e := range each(all) {
		c := e.calls[0]
		if word, typed := c.attr("error.type"); len(e.calls) > 1 || c.want != left || !typed || word != lost || len(c.asked) == 0 || !c.asked[0].Cut {
			continue
		}
		header := []string{"failure", "error.type"}
		none := []string{"no connection", short(lost)}
		e.fail(t, recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want:  recorder.Table(header, none, []string{e.name + e.round, "another"}),
			Got:   recorder.Table(header, none, []string{e.name + e.round, short(lost)}),
			Cause: "The database was reached, and has canceled the query: its code for that is 57014, and ctx.Err() knows who wanted it.\nUnder the word for a database that can't be reached, each customer who leaves looks like an outage.",
		}))
	}
}

// failure says what is wrong with the telemetry of one call, or which check
// has to pass before it can be said.
func (e *evidence) failure(c *seen) (cause string, needs []string) {
	_, n := e.counted(queryCount)
	_, timed := e.counted(queryDuration)
	b := e.bounds()
	spans := c.queries()
	if c.tracing != unsampled && len(spans) == 0 {
		return "There is no span to say it.", []string{"query-span"}
	}
	marked := slices.ContainsFunc(spans, func(s span) bool { return s.Status.Code == codes.Error })
	word, typed := c.attr("error.type")
	code, _ := c.attr("db.response.status_code")
	took := time.Duration(0)
	for _, s := range spans {
		took = max(took, s.EndTime.Sub(s.StartTime))
	}
	from, to := c.works()
	switch ends := c.ends(); {
	case c.tracing == unsampled:
	case n.bare > 0:
		return "The counter does not say how a query has ended.", []string{"queries-counted"}
	case caller(c.spans).Status.Code == codes.Error || len(caller(c.spans).Events) > 0:
		return "The caller's span is marked, which is the caller's business: it learns of the failure from the error that Status\nreturns, and decides what that means for it.", nil
	case ends == found && (marked || typed):
		if n.failed > b.failMax {
			needs = []string{"queries-counted"}
		}
		return "The database has answered, and the span says that it has not: a healthy query has neither status Error nor\nerror.type.", needs
	case ends == found && slices.ContainsFunc(spans, func(s span) bool { return s.Status.Code == codes.Ok }):
		return "Nothing is wrong with a span that has no status: Ok is a verdict, somebody has looked at this one, and it is final.\nLeave it alone.", nil
	case ends != fails && ends != late:
	case took < to.Sub(from) && !marked: // what is set after End is lost
		return "The span had ended when the query failed.", []string{"query-span"}
	case !marked && slices.ContainsFunc(spans, func(s span) bool { return len(s.Events) > 0 }):
		return "RecordError adds an event, and leaves the span's status as it was: SetStatus(codes.Error, …) marks it.", nil
	case !marked && n.failed < b.failMin:
		return "The query is told as a success.", []string{"queries-counted"}
	case !marked:
		return "The query failed, and its span looks like any other: it is told nothing of it, or only when it has ended, and then it\nkeeps nothing. Deferred calls run last in, first out.", nil
	case !typed && recorder.NearAttr("error.type", spans[0].Attributes) != "":
		return recorder.Slip(recorder.NearAttr("error.type", spans[0].Attributes), "error.type"), nil
	case word == "":
		return "Without error.type on the span, nobody can tell one failure from another.", nil
	case c.failure.code == "" && code != "" && c.want != follows && !c.cut():
		return "The database has given no code, because it was never asked or never answered: one that is made up sends people\nto look for what it means.", nil
	case ends == fails && c.failure.code != "" && code != c.failure.code:
		cause = "The database says what was wrong in five characters, its SQLSTATE: *pq.Error has it as Code. On the span it is\ndb.response.status_code."
		if code != "" {
			cause = "The code on the span is " + short(code) + ", and the database has said " + c.failure.code + "."
		} else if slip := recorder.NearAttr("db.response.status_code", spans[0].Attributes); slip != "" {
			cause = recorder.Slip(slip, "db.response.status_code")
		}
		return cause, nil
	case (ends == late || marked) && given(c.err) != "" && code != given(c.err):
		if code == "" {
			return "The database had been asked, and its answer has a code, " + given(c.err) + ". That time was up, or that somebody has left, is in\nerror.type; the code belongs beside it.", nil
		}
		return "The code on the span is " + short(code) + ", and the database has said " + given(c.err) + ".", nil
	}
	if !e.ending(fails, late, left, unclear) {
		return "", nil
	}
	if e.ending(none) && len(e.calls) > 1 {
		return "", nil // whether that is a failure, another check asks
	}
	switch {
	case n.bare > 0 || n.failed > b.failMax:
		return "The counter does not say whether it has failed.", []string{"queries-counted"}
	case n.all() < b.min && len(e.calls) == 1:
		return "It is not counted.", []string{"queries-counted"}
	case e.ending(fails, late) && n.failed < b.failMin:
		return "It does not count as a failure.", []string{"queries-counted"}
	case len(e.after[queryDuration].Points) == 0:
		return "Nothing is timed.", []string{"duration-in-seconds"}
	case e.ending(fails, late) && timed.all() < b.min && len(e.calls) == 1:
		return "A query that fails is not timed. Those that ran out of time are the slowest of all, and would be in no percentile.", nil
	case !maps.Equal(keys(n.types), keys(timed.types)) && len(n.types) > 0 && len(timed.types) == 0:
		return "The duration is recorded without error.type: what failed and what did not are in one heap, and whoever sees the\nnumber rise can't ask how long those took.", nil
	case !maps.Equal(keys(n.types), keys(timed.types)):
		return "The two metrics don't say the same: whoever sees the number of failures rise could not find how long they took.", nil
	case !e.any(func(c *seen) bool { return c.tracing == unsampled }) && !maps.Equal(keys(n.types), e.spanTypes()):
		if n.types[""] > 0 {
			needs = []string{"queries-counted"}
		}
		return "The metrics and the spans don't say the same: whoever sees the number rise could not find the traces of it.", needs
	}
	return "", nil
}

// given returns the code that the database has given with an error, or "".
func given(err error) string {
	if pqErr, ok := errors.AsType[*pq.Error](err); ok {
		return string(pqErr.Code)
	}
	return ""
}

func keys(types map[string]float64) map[string]bool {
	set := make(map[string]bool)
	for k := range types {
		set[k] = true
	}
	return set
}

// spanTypes returns the values of error.type on the situation's spans.
func (e *evidence) spanTypes() map[string]bool {
	set := make(map[string]bool)
	for _, c := range e.calls {
		for _, s := range c.queries() {
			if word, ok := recorder.Attr(s.Attributes, "error.type"); ok {
				set[word] = true
			}
		}
	}
	return set
}

// caller returns the span from within which Status was called.
func caller(spans tracetest.SpanStubs) span {
	s, _ := recorder.Named(spans, "load order")
	return s
}

// failureRow is a row of a finding: how a call's failure is told.
func (e *evidence) failureRow(c *seen) []string {
	status, word, code := "none", "", ""
	for _, s := range c.queries() {
		if s.Status.Code != codes.Unset || status == "none" {
			status = s.Status.Code.String()
		}
	}
	word, _ = c.attr("error.type")
	code, _ = c.attr("db.response.status_code")
	_, n := e.counted(queryCount)
	_, timed := e.counted(queryDuration)
	says := func(n cells) string {
		switch {
		case n.all() == 0:
			return "not at all"
		case len(n.types) == 0:
			return "no failure"
		}
		return n.kinds()
	}
	return []string{e.name + e.round, status, short(orNone(word)), code, says(n), says(timed)}
}

// wantedRow is the row as it should be.
func (e *evidence) wantedRow(c *seen) []string {
	switch c.ends() {
	case found, none, unclear, left:
		return []string{e.name + e.round, "Unset", "none", "", "no failure", "no failure"}
	}
	kind := c.failure.kind
	if kind == "" {
		kind = "a word"
	}
	return []string{e.name + e.round, "Error", kind, c.failure.code, kind, kind}
}

// kindsTable draws the failures of the first round that have a kind.
func kindsTable(all []*evidence, header []string, row func(*evidence, *seen) []string) string {
	const spans = 4 // columns that tell of the span
	rows := [][]string{header[:spans]}
	for _, e := range all {
		if c := e.calls[0]; e.round == first && c.failure.kind != "" && c.tracing == sampled && len(e.calls) == 1 {
			rows = append(rows, row(e, c)[:spans])
		}
	}
	return recorder.Table(rows...) + "\n\nA, B, C and D: words of your choice, such as 42P01; code is db.response.status_code"
}

// span is short for what a recorded span is.
type span = tracetest.SpanStub

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
