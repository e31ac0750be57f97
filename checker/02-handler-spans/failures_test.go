package handlerspans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure of the payment API should be answered with 502, one of our own with 500, and neither answer should tell what is inside.
func TestPaymentFailureToldApart(t *testing.T) {
	rows := [][]string{{"what happens", "answer"}}
	want := [][]string{{"what happens", "answer"}}
	var first *request // that was answered wrongly
	leak, wrongOurs, wrongTheirs, taken := false, false, false, false
	play(t, slices.Concat(unreadable, unpaid), func(e *evidence) bool {
		r := e.requests[0]
		right := slices.Contains(r.codes, r.code)
		inside := r.inside()
		if e.way.name != "" && right && inside == "" || first != nil && e.way.name != "" {
			return true
		}
		want = append(want, []string{e.scene(), fmt.Sprint(r.codes[0])})
		row := []string{e.scene(), fmt.Sprint(r.code)}
		if right {
			row[1] = fmt.Sprint(r.codes[0]) // 504 tells it as well
		}
		if inside != "" {
			row = append(row, inside)
			leak = true
		}
		rows = append(rows, row)
		if right && inside == "" {
			return true
		}
		if first == nil {
			first = r
		}
		isOurs := slices.Equal(r.codes, ours)
		wrongOurs = wrongOurs || !right && isOurs
		wrongTheirs = wrongTheirs || !right && !isOurs
		taken = taken || r.code == 200
		return true
	})
	if first == nil {
		return
	}
	f := first.deciding.at(finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(rows...)})
	switch {
	case taken && !wrongOurs:
		f = recorder.At((*handlerspans.Payments).State, f)
		f.Cause = "A failure of the payment API is answered as if all were well. Its status, and the error of reading its\nanswer, both have to be looked at."
	case leak && !wrongOurs && !wrongTheirs:
		f.Cause = "The text of an error is for the log. To the caller it is of no use, and to somebody who tries what this\nservice can be made to say, it is: addresses, tables, names of machines."
	case wrongOurs && !wrongTheirs:
		f.Cause = "502 says that somebody else has failed. The database is this service's own: 500."
	case wrongTheirs && !wrongOurs:
		f.Cause = "500 says that this service is broken. When it is fine, and somebody that it has to ask is not, the answer\nis 502: whoever is woken at night can tell from the status whom to call."
	default:
		f.Cause = "500 says that this service is broken, 502 that somebody is whom it has to ask: whoever is woken at night can\ntell from the status whom to call."
	}
	recorder.Fail(t, f)
}

// internals are texts that nobody but an error would say here.
var internals = []string{
	"db-", "north-5", "south-9", "ledger-north", "127.0.0.1", "507", // of the store, and of the payment API
	"EOF", "invalid character", "deadline exceeded", "Client.Timeout", // of Go's packages
}

// inside returns where the answer tells something of what is inside, or "".
func (r *request) inside() string {
	tells := func(text string) bool {
		return slices.ContainsFunc(internals, func(s string) bool { return strings.Contains(text, s) })
	}
	for name, values := range r.header {
		if text := strings.Join(values, ","); tells(text) {
			return fmt.Sprintf("%s: %.40s …", name, text)
		}
	}
	if tells(r.body) {
		return fmt.Sprintf("%.40s …", strings.TrimSpace(r.body))
	}
	return ""
}
