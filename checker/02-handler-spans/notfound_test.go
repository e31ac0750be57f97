package handlerspans_test

import (
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// An order that does not exist should be answered with 404, and be no error in any span.
func TestNotFoundIsNoError(t *testing.T) {
	const clean = "no error in any span"
	var want, got [][]string
	var broken *verdict
	failing := ""
	play(t, append(slices.Concat(unreadable[:1], unknown), alike), func(e *evidence) bool {
		r := e.requests[0]
		load, ok := e.load(r)
		f := e.at().at(finding.Finding{Want: "load order", Got: recorder.Tree(e.inside())})
		switch {
		case !ok:
			broken = noLoad(e.in(f))
		case e.situation.name == unreadable[0].name && load.Status.Code != codes.Error:
			f.Want, f.Got = "load order   status=Error", "load order   status="+load.Status.Code.String()
			broken = because(e.in(f), "No failure shows yet, so nothing can be told apart.", "errors-recorded")
		case e.situation.name == unreadable[0].name || e.way.name != "" && failing != "":
			return e.way.name == ""
		default:
			marked, wanted := clean, clean
			for _, span := range e.inside() {
				if marks := errorMarks(span); marks != "" && marked == clean && (len(e.requests) == 1 || ofCaller(span, r.trace)) {
					marked = span.Name + ": " + marks
				}
			}
			if e.store.err != nil && slices.Equal(r.codes, ours) {
				wanted = "load order: an error"
				if load.Status.Code == codes.Error {
					marked = wanted
				}
			}
			want = append(want, []string{e.scene(), fmt.Sprint(r.codes[0]), wanted})
			got = append(got, []string{e.scene(), fmt.Sprint(r.code), marked})
			if failing == "" && !slices.Equal(want[len(want)-1], got[len(got)-1]) {
				failing = e.situation.name
				broken = &verdict{Finding: e.at().at(finding.Finding{})}
			}
		}
		return broken == nil || failing != ""
	})
	if failing == "" {
		broken.fail(t)
		return
	}
	broken.Want, broken.Got = recorder.Table(want...), recorder.Table(got...)
	odd := func(i int, wanted string) bool { return i < len(got) && got[i][1] != wanted }
	switch plain := got[0]; {
	case slices.Equal(plain, want[0]) && failing == alike.name:
		broken.Cause = "That is a failure whose text has the same words in it. What an error says is for people; which one it is,\nerrors.Is(err, ErrNotFound) tells."
	case slices.Equal(plain, want[0]) && (failing == unknown[1].name || failing == unknown[2].name):
		broken.Cause = "An error that was wrapped on its way is another value: == does not find it, errors.Is(err, ErrNotFound) does."
	case odd(0, "404"):
		broken.Cause = "Whoever asks for an order that does not exist should learn that: errors.Is(err, ErrNotFound) tells."
	default:
		broken.Cause = "The database has answered: there is no such order. That is nobody's failure. Were it one, your error rate\nwould follow your customers' typing."
	}
	broken.fail(t)
}
