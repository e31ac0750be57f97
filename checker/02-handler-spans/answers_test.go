package handlerspans_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// Whoever asks should get the same answer as before anybody looked inside.
func TestAnswersKept(t *testing.T) {
	var broken *verdict
	play(t, append(slices.Concat(healthy, left), noNumber), func(e *evidence) bool {
		for _, r := range e.requests {
			if broken == nil && r.codes != nil { // otherwise nobody is there to get it, or it does not matter
				broken = e.answered(r)
			}
		}
		return broken == nil
	})
	broken.fail(t)
}

// answered holds that a request was answered once, and rightly.
func (e *evidence) answered(r *request) *verdict {
	wanted := "200 " + fmt.Sprintf(`{"id":%d,"status":%q,"payment":%q}`, r.id, shelf[r.id], r.state)
	right := r.says(map[string]any{"id": float64(r.id), "status": shelf[r.id], "payment": r.state})
	if r.state == "" || r.codes[0] != 200 {
		wanted, right = fmt.Sprint(r.codes[0]), true
	}
	got := strings.TrimSpace(fmt.Sprintf("%d %s", r.code, short(r.body)))
	asked := "GET " + r.sent.URL.Path
	f := e.in(r.deciding.at(finding.Finding{
		Want: recorder.Table([]string{asked, wanted}),
		Got:  recorder.Table([]string{asked, got}),
	}))
	if len(e.asked) > 0 && r.codes[0] == 200 {
		f.Want += "\n\nthe payment API is asked   GET /payments/" + fmt.Sprint(r.id)
		f.Got += "\n\nthe payment API is asked   " + e.asked[0].what
	}
	switch {
	case r.panicked != nil:
		f.Got = fmt.Sprintf("%s   no answer, a panic: %v", asked, r.panicked)
		return because(e.in(f), "")
	case r.answers > 1:
		f.Got += "\n\nanswered " + fmt.Sprint(r.answers) + " times"
		return because(f, "The first answer is the one that counts, and a second one is appended to it: after an answer comes return.")
	case slices.Contains(r.codes, r.code) && right:
		return nil
	case r.codes[0] == 200 && r.code == 502 && len(e.asked) > 0:
		return because(f, "The payment API was asked, and has answered; State returned an error all the same. A body that is closed\ncan't be read any more: defer keeps it open until the function returns.")
	case r.codes[0] == 200 && r.code >= 400:
		return because(f, "The order is there, and so is its payment, and the answer is that something has failed.")
	}
	return because(f, "Spans tell what a service does, and change nothing of it.")
}

// says reports whether the answer has these values, and perhaps others.
func (r *request) says(wanted map[string]any) bool {
	var got map[string]any
	if json.Unmarshal([]byte(r.body), &got) != nil {
		return false
	}
	for key, value := range wanted {
		if got[key] != value {
			return false
		}
	}
	return true
}

// short is as much of an answer as fits into a line.
func short(body string) string {
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > 60 {
		body = body[:60] + " …"
	}
	return body
}
