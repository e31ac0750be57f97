package dbmetrics_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/lib/pq"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Status should return what the database answers: the order's status, or an error when it gets none.
func TestStatusReturned(t *testing.T) {
	for e := range each(played(t)) {
		for _, c := range e.calls {
			if c.answered() || c.passedOff() {
				continue
			}
			f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
				Want: e.scene() + recorder.Table([]string{"Status of order " + fmt.Sprint(c.order), c.due()}),
				Got:  e.scene() + recorder.Table([]string{"Status of order " + fmt.Sprint(c.order), c.returned()}),
			})
			due := c.stored()
			switch {
			case c.panicked != nil:
				f.Cause = "Status panics, and takes the request with it."
			case e.name == twoStores.name:
				f.Cause = "There are two stores, each with a database: what belongs to a store is a field of it, and no variable of the package."
			case noSQL(c.err):
				f.Cause = "The database can't read what it is sent: it says so with the code " + database.SyntaxError + "."
			case c.want == found && len(c.asked) == 0:
				f.Cause = "The query never came to the database."
			case c.want == found && c.err != nil && c.cut():
				f.Cause = "The query was stopped before the database had answered, and its caller still waits: nothing has ended but a limit that\nthe store has set."
			case c.want == found && c.err != nil:
				f.Cause = "The database has answered, and the caller is told of an error: a customer whose order is there gets a 500."
			case c.want == found && c.status == "":
				f.Cause = "The status that was read is not the one that is returned: look for an inner :=, which makes a variable of its own, and\nfor one that is scanned into and not copied."
			case c.want == found || c.want == follows:
				f.Cause = fmt.Sprintf("That is not what the database has answered, %q.", due)
			case c.err == nil:
				f.Cause = "A failure is kept from the caller, who takes the empty status for an answer. To record an error is one thing,\nto return it another: it needs both."
			}
			recorder.Fail(t, e.mixed(f))
		}
	}
}

// passedOff reports whether a failure is returned as something else: another
// check says that.
func (c *seen) passedOff() bool { return errors.Is(c.err, handlerspans.ErrNotFound) && c.want != found }

// noSQL reports whether a database could not read a statement.
func noSQL(err error) bool {
	e := pq.As(err)
	return e != nil && e.Code == database.SyntaxError
}

// due is what Status should return.
func (c *seen) due() string {
	status := c.stored()
	switch {
	case c.want == none:
		return "ErrNotFound"
	case status != "" && (c.want == found || c.want == follows):
		return fmt.Sprintf("%q", status)
	}
	return "an error"
}

// returned is what Status has returned.
func (c *seen) returned() string {
	switch {
	case c.panicked != nil:
		return fmt.Sprintf("a panic: %v", c.panicked)
	case errors.Is(c.err, handlerspans.ErrNotFound):
		return "ErrNotFound"
	case errors.Is(c.err, sql.ErrNoRows):
		return "sql.ErrNoRows"
	case c.err != nil:
		return "an error: " + c.err.Error()
	}
	return fmt.Sprintf("%q, and no error", c.status)
}
