package handlerspans_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure of the payment API should be answered with 502, one of our own with 500, and neither answer should tell what is inside.
func TestPaymentFailureToldApart(t *testing.T) {
	header := []string{"what fails", "answer"}
	want, got := [][]string{header}, [][]string{header}
	s := newShop(t)
	s.orders.gone[1] = errGone
	var at place
	told := ""
	ask := func(id, what string, wanted int) {
		code := s.get(id)
		row := []string{what, fmt.Sprint(code)}
		if s.tellsInside() {
			told = strings.TrimSpace(s.body)
			row = append(row, told[:min(len(told), 40)]+" …")
		}
		want = append(want, []string{what, fmt.Sprint(wanted)})
		got = append(got, row)
		if (code != wanted || told != "") && at == (place{}) {
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
	case told != "" && got[1][1] == "500" && !slices.ContainsFunc(got[2:], func(row []string) bool { return row[1] != "502" }):
		f.Cause = "The text of an error is for the log. To the caller it is of no use, and to somebody who tries what this\nservice can be made to say, it is: addresses, tables, names of machines."
	case got[1][1] != "500":
		f.Cause = "502 says that somebody else has failed. The database is this service's own: 500."
	default:
		f.Cause = "500 says that this service is broken. When it is fine, and somebody that it has to ask is not, the answer\nis 502: whoever is woken at night can tell from the status whom to call."
	}
	recorder.Fail(t, f)
}

// tellsInside reports whether the last answer has something of an error's text.
func (s *shop) tellsInside() bool {
	return slices.ContainsFunc([]string{errGone.Error(), "127.0.0.1", "out of order", "EOF", "invalid character"}, func(text string) bool {
		return strings.Contains(s.body, text)
	})
}
