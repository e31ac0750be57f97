package handlerspans_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/conventions"
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
		case load && r.store.panics != nil && !r.noted() && !endsWithOptions(t):
			f = reports[0].at.at(finding.Finding{
				Want: r.scene() + "   load order   event exception",
				Got:  r.scene() + "   load order   no event, status=Unset",
			})
			because(f, "The span has ended, and looks like any other. End notes the panic when it is itself what is deferred:\nfrom inside another function it can't see it.", "child-span").fail(t)
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

// noted reports whether a span "load order" tells of the panic, in whatever
// way.
func (r *report) noted() bool {
	for i, name := range r.ended {
		if ofLoad(name) && r.marks[i] != "" {
			return true
		}
	}
	return false
}

// endsWithOptions reports whether a span of the learner's is ended with
// options, such as the time: they are known at the end alone, and so such a
// call can only stand inside a function.
func endsWithOptions(t *testing.T) (found bool) {
	files, err := conventions.Files("02-handler-spans")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler will say so
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
				method, ok := call.Fun.(*ast.SelectorExpr)
				found = found || ok && method.Sel.Name == "End"
			}
			return true
		})
	}
	return found
}
