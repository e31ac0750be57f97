package handlerspans_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure of the payment API should be answered with 502, one of our own with 500.
func TestPaymentFailureToldApart(t *testing.T) {
	header := []string{"what fails", "answer"}
	want, got := [][]string{header}, [][]string{header}
	s := newShop(t)
	s.orders.gone[1] = errGone
	var at place
	ask := func(id, what string, wanted int) {
		code := s.get(id)
		want = append(want, []string{what, fmt.Sprint(wanted)})
		got = append(got, []string{what, fmt.Sprint(code)})
		if code != wanted && at == (place{}) {
			at = s.deciding
		}
	}
	ask("1", "the database", http.StatusInternalServerError)
	s.payments.answer(http.StatusInternalServerError, `{"error":"out of order"}`)
	ask("42", "the payment API: it answers 500", http.StatusBadGateway)
	s.payments.answer(http.StatusOK, "<html>")
	ask("42", "the payment API: it does not answer in JSON", http.StatusBadGateway)
	s.payments.answer(hangUp, "")
	ask("42", "the payment API: it hangs up", http.StatusBadGateway)
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := at.at(finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case slices.ContainsFunc(got, func(row []string) bool { return row[1] == "200" }):
		f = recorder.At((*handlerspans.Payments).State, f)
		f.Cause = "A failure of the payment API is answered as if all were well. Its status, and the error of reading its\nanswer, both have to be looked at."
	case got[1][1] != "500":
		f.Cause = "502 says that somebody else has failed. The database is this service's own: 500."
	default:
		f.Cause = "500 says that this service is broken. When it is fine, and somebody that it has to ask is not, the answer\nis 502: whoever is woken at night can tell from the status whom to call."
	}
	recorder.Fail(t, f)
}
