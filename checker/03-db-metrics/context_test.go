package dbmetrics_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// The query should end when its caller's context does.
func TestQueryObeysContext(t *testing.T) {
	for e := range each(played(t)) {
		for _, c := range e.calls {
			if c.mixedUp {
				recorder.Fail(t, recorder.At((*dbmetrics.Store).Status, finding.Finding{
					Want:  e.scene() + fmt.Sprintf("the query for order %d is given   the context of its caller", c.order),
					Got:   e.scene() + fmt.Sprintf("the query for order %d is given   the context of another one's", c.order),
					Cause: "Several queries run at once, and each has a context of its own: it is a variable of the function, and handed on as\nan argument. In a field of the store it is that of whoever came last, and ends when they leave.",
				}))
			}
			ends := c.limit
			if c.leaves != 0 {
				ends = c.leaves
			}
			if ends == 0 {
				continue
			}
			ends = max(ends, 0) // ended before
			if e.round == beside {
				ends += 10 * dawdle // as many spans may take their time to start
			}
			took, over, ran, asked := c.end.Sub(c.begin), c.begin.Add(ends), false, false
			for _, q := range c.asked {
				ran = ran || !q.Exec && !q.Cut && (q.End.IsZero() || q.End.After(over))
				asked = asked || q.Start.After(over)
			}
			if took <= ends && !ran && !asked {
				continue
			}
			says := func(took time.Duration, database string) string {
				return e.scene() + recorder.Table([]string{"its context ends after", inWords(ends)}, []string{"Status returns after", inWords(took)}, []string{"the database", database})
			}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: says(ends, "has stopped"), Got: says(took, c.worked(ran))})
			switch {
			case took > ends && !ran:
				f.Cause = "Something else than the query goes on when its context has ended: all that takes time has to be given it."
			case took <= ends:
				f.Cause = "Status waits no longer, and the query runs on: it was given a context that does not end with the caller's."
			case c.leaves != 0 && e.round == first: // the times that are up come first, and were obeyed
				f.Cause = "It ends when its time is up, and not when its caller leaves: the query was given a context that has taken over the\ncaller's deadline alone. Give it the caller's own, or one that is made from it."
			case slices.ContainsFunc(c.asked, func(q database.Query) bool { return q.Context.Value(asksKey{}) != nil }):
				f.Cause = "The query was given a context that has the caller's values, and does not end with it: context.WithoutCancel makes one.\nGive it the caller's own, or one that context.WithTimeout makes from it."
			default:
				f.Cause = "The query was given a context that knows nothing of the caller's. QueryRow has none at all; QueryRowContext takes one."
			}
			recorder.Fail(t, e.mixed(f))
		}
	}
}

// worked says what became of the database's work.
func (c *seen) worked(ran bool) string {
	switch {
	case ran:
		return "works on, for nobody"
	case len(c.asked) == 0:
		return "is not asked"
	}
	return "has stopped"
}
