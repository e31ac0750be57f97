package failuremodes_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A sale is how a program answers: when all is well, and when the payment API
// fails, of which it has something to say in the log.
type sale struct {
	starts     error
	well, fail reply
}

// sell asks a program for an order, twice.
func sell(t *testing.T, start func(t *testing.T, env ...string) (*recorder.Program, error)) (s sale) {
	pays := newPayments(t)
	pays.take(30 * time.Millisecond)
	p, err := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+receiver.New(t).URL, paymentsURL+"="+pays.url)
	if err != nil {
		return sale{starts: err}
	}
	s.well = visitor(p.Addr).get(known)
	pays.fails.Store(true)
	s.fail = visitor(p.Addr).get(known)
	return s
}

func (s sale) right() bool {
	plain := strings.ReplaceAll(s.well.body, " ", "")
	return s.well.code == http.StatusOK && strings.Contains(plain, `"status":"shipped"`) && strings.Contains(plain, `"payment":"paid"`) &&
		s.fail.code != 0
}

func (s sale) table() string {
	row := func(what string, r reply) []string {
		if r.code == 0 {
			return []string{what, "no answer"}
		}
		return []string{what, fmt.Sprint(r.code, "   ", strings.Join(strings.Fields(r.body), " "))}
	}
	return recorder.Table([]string{"the program in shop/", ""}, row("all is well", s.well), row("the payment API fails", s.fail))
}

// mustServe ends the check when the learner's own program answers in another
// way than their handler does.
func mustServe(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // as the other check that runs it
	}
	s := sell(t, startShop)
	if s.starts == nil && !s.right() { // a busy machine is slow: once more
		s = sell(t, startShop)
	}
	if s.starts != nil || s.right() {
		return // why it does not start, another check says
	}
	want := sale{well: reply{code: http.StatusOK, body: `{"id":42,"status":"shipped","payment":"paid"}`}, fail: reply{code: http.StatusBadGateway}}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: want.table(), Got: s.table()})
	recorder.Needs(t, "slow-call-times-out")
	if sell(t, startOurs).right() {
		f.File, f.Line = "steps/04-failure-modes/shop/main.go", 0
		f.Cause = "When another program calls the same Run, both are answered. The difference is in what Run is given: a database that is\nopen, the address of the payment API, how long that one may take, and a logger."
	}
	recorder.Fail(t, f)
}
