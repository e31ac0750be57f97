package handlerspans_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Whoever asks should get the same answer as before anybody looked inside.
func TestAnswersKept(t *testing.T) {
	var broken *verdict
	play(t, slices.Concat(situations, []situation{noNumber, slowly}, unlikely), func(e *evidence) bool {
		for _, r := range e.requests {
			switch {
			case broken != nil:
			case r.answers > 1:
				broken = e.answeredAgain(r)
			case r.state != "" && r.codes != nil || r.path != "":
				broken = e.answered(r)
			} // how failures are answered is another check's business
		}
		return broken == nil
	})
	broken.fail(t)
}

// answeredAgain says that there was more than one answer to a request.
func (e *evidence) answeredAgain(r *request) *verdict {
	asked := "GET " + r.sent.URL.Path
	f := e.in(r.deciding.at(finding.Finding{
		Want: asked + "   one answer",
		Got:  asked + "   " + fmt.Sprint(r.answers) + " answers: " + short(r.body),
	}))
	return because(f, "The first answer is the one that counts, and what is written afterwards is appended to it. An answer is\nfollowed by return.")
}

// answered holds that a request was answered rightly.
func (e *evidence) answered(r *request) *verdict {
	wanted := "200 " + fmt.Sprintf(`{"id":%d,"status":%q,"payment":%q}`, r.id, shelf[r.id], r.state)
	right := r.says(map[string]any{"id": float64(r.id), "status": shelf[r.id], "payment": r.state})
	if r.state == "" || r.codes[0] != 200 {
		wanted, right = fmt.Sprint(r.codes[0]), true
	} else if right && r.code == 200 && !r.inJSON() {
		return e.answeredAs(r)
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
	case slices.Contains(r.codes, r.code) && right:
		return nil
	}
	if said := e.stateFails(r); said != "" {
		f.Got += "\n\nState returns an error     " + said
		f = recorder.At((*handlerspans.Payments).State, f)
		if strings.Contains(said, "closed") {
			return because(f, "The payment API has answered as it should. A body that is closed can't be read any more: defer keeps it\nopen until the function returns.")
		}
		return because(f, "The payment API has answered as it should.")
	}
	switch {
	case len(e.requests) > 1 && e.situation.api.slow:
		return because(f, "One after the other, both were answered rightly.", "context-passed")
	case r.codes[0] == 404:
		return because(f, "The number is one, though no order has it: there is no such order.", "not-found-is-no-error")
	case r.codes[0] == 200 && r.code >= 400:
		return because(f, "The order is there, and so is its payment, and the answer is that something has failed.")
	}
	return because(f, "Spans tell what a service does, and change nothing of it.")
}

// answeredAs says that an answer is right, and not called JSON.
func (e *evidence) answeredAs(r *request) *verdict {
	asked := "GET " + r.sent.URL.Path + "\nContent-Type   "
	as, cause := r.header.Get("Content-Type"), "The answer is JSON, and its header calls it something else."
	if as == "" {
		as, cause = "none", "The answer is JSON, and its header does not say so: net/http then guesses from the first bytes, and takes it for\nplain text. A header is set before the answer begins, which it does with WriteHeader or the first Write."
	}
	return because(e.in(r.deciding.at(finding.Finding{Want: asked + "application/json", Got: asked + as})), cause)
}

// inJSON reports whether an answer's header calls it JSON.
func (r *request) inJSON() bool {
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// stateFails returns the error that State returns to a handler of ours, when
// the payment API has answered as it should.
func (e *evidence) stateFails(r *request) string {
	if r.codes[0] != 200 || len(e.requests) > 1 || len(e.asked) == 0 {
		return ""
	}
	ours := e.withOurs()
	if ours.requests[0].code != 502 {
		return ""
	}
	return strings.ReplaceAll(ours.requests[0].body, e.asked[0].host, "…")
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
