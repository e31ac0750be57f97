package dbmetrics_test

import (
	"slices"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A query that ran out of time should have the error.type "timeout", whatever the driver calls it.
func TestTimeoutRecognised(t *testing.T) {
	all := played(t)
	header := []string{"failure", "error.type", "in " + queryCount}
	for e := range each(all) {
		for _, c := range e.calls {
			if c.tracing == unsampled || c.want != late && c.want != left && (c.want != fails || c.failure.kind == "") {
				continue
			}
			word, _ := c.attr("error.type")
			_, n := e.counted(queryCount)
			wanted := []string{e.name + e.round, "timeout", "timeout"}
			if c.want != late {
				wanted = []string{e.name + e.round, "another", "another"}
			}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
				Want: recorder.Table(header, wanted),
				Got:  recorder.Table(header, []string{e.name + e.round, short(orNone(word)), n.kinds()}),
			})
			if len(c.queries()) == 0 {
				e.fail(t, f, "query-span")
			}
			cut := len(c.asked) > 0 && c.asked[len(c.asked)-1].Cut
			switch {
			case c.want == late && c.end.Sub(c.begin) < c.limit: // something else had gone wrong before
				e.fail(t, f, "status-returned")
			case c.want == late && len(c.asked) > 0 && !cut:
				e.fail(t, f, "query-obeys-context")
			case c.want == late && word == "": // whether a caller who leaves is a failure is up to you
				e.fail(t, f, "errors-recorded")
			case c.want == late && word != "timeout" && recorder.NearMiss("timeout", word) != "":
				f.Cause = recorder.Slip(word, "timeout")
			case c.want == late && word != "timeout" && c.because: // those without are well
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = "Who makes a context may give it a cause of its own, and context.Cause returns that one. Whether its time was up or\nsomebody has left, ctx.Err() says."
			case c.want == late && word != "timeout" && cut && word != "57014":
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = "The error does not say that the time was up: it is the server's, which was asked to cancel the query. ctx.Err() does:\nit is context.DeadlineExceeded then."
			case c.want == late && word != "timeout" && cut:
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = "When the context ends while the query runs, lib/pq has the server cancel it, and returns what the server says\nto that: an error with the code 57014, which is no context.DeadlineExceeded. ctx.Err() knows why it was."
			case c.want == late && word != "timeout":
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = neverReached
				if leavesAsTimeout(all) {
					f.Cause = canceledIsNoTimeout + " It also knows of a query whose time was up while it waited for a\nconnection."
				}
			case c.want == left && word == "timeout" && cut:
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = canceledIsNoTimeout
			case c.want == left && word == "timeout":
				f.Want, f.Got = timeoutTable(all, header)
				f.Cause = "A context ends for one of two reasons, context.DeadlineExceeded or context.Canceled: its time is up, or somebody\nhas left. ctx.Err() says which."
			case c.want == fails && word == "timeout":
				f.Cause = "Not every failure is one of time."
			case c.want == late && n.types["timeout"] == 0:
				e.fail(t, f, "queries-counted", "errors-recorded") // the metric says something else, or nothing
			default:
				continue
			}
			e.fail(t, f)
		}
	}
}

const canceledIsNoTimeout = "Code 57014 says that the query was canceled, and not why: somebody who reloads a page cancels one too.\nctx.Err() tells the two apart."

const neverReached = "A query that waits for a connection until its time is up never reaches the database, and has no code.\nctx.Err() knows of both."

// leavesAsTimeout reports whether a query that was canceled because its caller
// has left is told as a timeout.
func leavesAsTimeout(all []*evidence) bool {
	return slices.ContainsFunc(all, func(e *evidence) bool {
		c := e.calls[0]
		word, _ := c.attr("error.type")
		return c.want == left && len(c.asked) > 0 && word == "timeout"
	})
}

// timeoutTable draws how the contexts' ends were told, in the first round.
func timeoutTable(all []*evidence, header []string) (want, got string) {
	wanted, rows := [][]string{header}, [][]string{header}
	for _, e := range all {
		c := e.calls[0]
		if len(e.calls) != 1 || e.round != first || c.want != late && c.want != left {
			continue
		}
		word, _ := c.attr("error.type")
		_, n := e.counted(queryCount)
		rows = append(rows, []string{e.name, short(orNone(word)), n.kinds()})
		if c.want == late {
			wanted = append(wanted, []string{e.name, "timeout", "timeout"})
		} else {
			wanted = append(wanted, []string{e.name, "another", "another"})
		}
	}
	return recorder.Table(wanted...), recorder.Table(rows...)
}
