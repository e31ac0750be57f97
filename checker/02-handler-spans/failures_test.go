package handlerspans_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure of the payment API should be answered with 502, one of our own with 500, and neither answer should tell what is inside.
func TestPaymentFailureToldApart(t *testing.T) {
	rows := table{header: []string{"what happens", "answer"}}
	var first *request // that was answered wrongly
	var leaks, wrongOurs, wrongTheirs, taken, panicked bool
	codes := make(map[int]bool) // that are wrong
	play(t, slices.Concat(unreadable, unpaid), func(e *evidence) bool {
		r := e.requests[0]
		right, inside := slices.Contains(r.codes, r.code) && r.panicked == nil, r.inside()
		if slices.Equal(r.codes, late) && r.code == http.StatusServiceUnavailable && r.byLimit {
			right = true // http.TimeoutHandler knows no other answer
		}
		if e.way.name != "" && (right && inside == "" || first != nil) {
			return true // it has been said
		}
		row := []string{e.scene(), fmt.Sprint(r.code)}
		switch {
		case r.panicked != nil:
			row[1] = fmt.Sprintf("none, a panic: %.40v", r.panicked)
		case right:
			row[1] = fmt.Sprint(r.codes[0]) // 504 tells it as well
		}
		if inside != "" {
			row = append(row, inside)
		}
		rows.add([]string{e.scene(), fmt.Sprint(r.codes[0])}, row)
		if right && inside == "" {
			return true
		}
		if first == nil {
			first = r
		}
		isOurs := slices.Equal(r.codes, ours)
		if !right {
			codes[r.code] = true
		}
		wrongOurs = wrongOurs || !right && isOurs
		wrongTheirs = wrongTheirs || !right && !isOurs
		taken = taken || !isOurs && r.code < 300 && r.panicked == nil
		leaks = leaks || inside != ""
		panicked = panicked || r.panicked != nil
		return true
	})
	if first == nil {
		return
	}
	f := finding.Finding{}
	f.Want, f.Got = rows.texts()
	f = first.deciding.at(f)
	switch {
	case panicked:
		f.Cause = "Something goes wrong, and the code that should deal with it panics. Where there is an error, there is no\nanswer to be looked at, or closed."
	case taken && !wrongOurs:
		f = recorder.At((*handlerspans.Payments).State, f)
		f.Cause = "A failure of the payment API is answered as if all were well. Its status, and the error of reading its\nanswer, both have to be looked at."
	case leaks && !wrongOurs && !wrongTheirs:
		f.Cause = "The text of an error is for the log. To the caller it is of no use, and to somebody who tries what this\nservice can be made to say, it is: addresses, tables, names of machines."
	case codes[http.StatusNotFound] && len(codes) == 1:
		f.Cause = "404 says that there is no such order. Here something has failed, and whether there is one is not known."
	case wrongOurs && !wrongTheirs && codes[http.StatusBadGateway]:
		f.Cause = "502 says that somebody else has failed. The database is this service's own: 500."
	case wrongTheirs && !wrongOurs && codes[http.StatusInternalServerError]:
		f.Cause = "500 says that this service is broken. When it is fine, and somebody that it has to ask is not, the answer\nis 502: whoever is woken at night can tell from the status whom to call."
	default:
		f.Cause = "500 says that this service is broken, 502 that somebody is whom it has to ask: whoever is woken at night can\ntell from the status whom to call."
	}
	recorder.Fail(t, f)
}

// internals are texts that nobody but an error would say here: of the store, of
// the payment API, and of Go's own packages.
var internals = regexp.MustCompile(`north-5|south-9|ledger-north|127\.0\.0\.1|\b507\b|\bEOF\b|invalid character|deadline exceeded|Client\.Timeout`)

// inside returns where the answer tells something of what is inside, or "".
func (r *request) inside() string {
	for name, values := range r.header {
		if text := strings.Join(values, ","); internals.MatchString(text) {
			return fmt.Sprintf("%s: %.40s …", name, text)
		}
	}
	if internals.MatchString(r.body) {
		return fmt.Sprintf("%.40s …", strings.TrimSpace(r.body))
	}
	return ""
}
