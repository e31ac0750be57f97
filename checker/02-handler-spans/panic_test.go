package handlerspans_test

import (
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// surviving are the situations in which the store panics, after one in which
// it does not.
var surviving = slices.Concat(healthy[:1], panicking)

// The span load order should end even when the code below it panics.
func TestSpanEndsOnPanic(t *testing.T) {
	reports := playApart(t, "panicking", surviving)
	for _, r := range reports {
		load := slices.ContainsFunc(r.ended, ofLoad)
		f := recorder.At(handlerspans.NewHandler, finding.Finding{
			Want: r.scene() + "   the span load order ends",
			Got:  r.scene() + "   the span load order does not end",
		})
		switch {
		case load && r.over && r.code < "500" && !r.panicked && r.store.panics != nil:
			f = r.deciding.at(finding.Finding{
				Want: r.scene() + "   no answer, or one that tells of a failure",
				Got:  r.scene() + "   the answer is " + r.code,
			})
			because(f, "The panic was caught, and forgotten: nobody learns that the order was not read. A recover that has noted\nwhat it wants to panics again, or answers 500.").fail(t)
		case load:
		case r.store.panics != nil && !slices.ContainsFunc(r.started, ofLoad):
			because(f, "It was not even started when the order was read.", "child-span").fail(t)
		case r.store.panics == nil:
			because(f, "Not even when all is well.", "child-span").fail(t)
		case !r.over:
			f = reports[0].at.at(f)
			f.Got += "\nthe service has ended"
			because(f, "The panic was in a goroutine of its own, where no server recovers from it: it ends the service, and nothing\nis left that would end the span. Defer both in that goroutine, a recover and the end.").fail(t)
		default:
			f = reports[0].at.at(f)
			because(f, "The one request that you will want to look at is the one without a span: a panic skips every line\nbut the deferred ones. defer span.End(), on the line below Start.").fail(t)
		}
	}
	if len(reports) == 0 {
		t.Fatal("the service ended before it was asked for anything")
	}
}

func ofLoad(name string) bool { return strings.HasPrefix(name, "load order") }
