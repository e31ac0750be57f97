package handlerspans_test

import (
	"regexp"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Span names should be the same for every order.
func TestStableSpanNames(t *testing.T) {
	seen := make(map[string]*evidence) // of order 42, by situation
	wanted := make(map[string]string)  // what the spans of a kind are called when all is well
	judge(t, those(situations, func(s situation) bool { return s.caller.trace != unsampled }), func(e *evidence) *verdict {
		if len(e.requests) > 1 {
			return nil
		}
		if _, ok := e.load(e.requests[0]); !ok {
			return noLoad(e.in(e.at().at(finding.Finding{Want: "load order   for orders 42 and 7", Got: recorder.Tree(e.inside())})))
		}
		if e.scene() == "" {
			for _, s := range e.ofLearner() {
				wanted[role(s)] = s.Name
			}
		}
		first := seen[e.situation.name]
		if first == nil {
			seen[e.situation.name] = e
			return e.renamed(wanted)
		}
		return apart(first, e)
	})
}

// ofLearner returns the spans whose names the learner's code has chosen.
func (e *evidence) ofLearner() tracetest.SpanStubs {
	return filter(e.spans, func(s tracetest.SpanStub) bool { return !ofAPI(s) && !ofStore(s) })
}

// role is what kind of span it is, where that is known without its name.
func role(s tracetest.SpanStub) string {
	switch {
	case isLoad(s):
		return "load order"
	case s.SpanKind == trace.SpanKindServer:
		return "GET /orders/{id}"
	case s.SpanKind == trace.SpanKindClient && ofOtelhttp(s):
		return "HTTP GET"
	}
	return ""
}

// renamed holds that spans are called the same when something goes wrong.
func (e *evidence) renamed(wanted map[string]string) *verdict {
	for _, s := range e.ofLearner() {
		name := wanted[role(s)]
		if role(s) == "" || name == "" || s.Name == name || number.MatchString(s.Name) || number.MatchString(name) {
			continue // it is compared with that of another order
		}
		f := e.whoNamed(s)
		f.Want = recorder.Table([]string{"what happens", "span name"}, []string{healthy[0].name, role(s)}, []string{e.situation.name, role(s)})
		f.Got = recorder.Table([]string{"what happens", "span name"}, []string{healthy[0].name, name}, []string{e.situation.name, s.Name})
		return because(f, "Whoever asks how long \""+role(s)+"\" takes, or how often it fails, asks for one name. What became of it\nis in its status, and in its attributes.")
	}
	return nil
}

// number is an order's in a name.
var number = regexp.MustCompile(`\b(42|7)\b`)

// apart holds that two orders to which the same happens have spans of the same
// names. One may have spans that the other has not.
func apart(first, second *evidence) *verdict {
	ofFirst, ofSecond := without(first.ofLearner(), second.ofLearner()), without(second.ofLearner(), first.ofLearner())
	numbered := func(s tracetest.SpanStub) bool { return number.MatchString(s.Name) }
	if len(ofFirst) == 0 || len(ofSecond) == 0 {
		if ofFirst, ofSecond = filter(ofFirst, numbered), filter(ofSecond, numbered); len(ofFirst)+len(ofSecond) == 0 {
			return nil
		}
	}
	odd := slices.Concat(ofFirst, ofSecond)[0]
	f := first.whoNamed(odd)
	name := role(odd)
	if name == "" {
		name = "(one name for both)"
	}
	f.Want, f.Got = namesOf(first, second, odd, name), namesOf(first, second, tracetest.SpanStub{}, "")
	if !numbered(odd) {
		return because(first.in(f), "Backends group spans by their name. What differs from order to order belongs in an attribute, however few\nvalues it has: nobody asks how long it takes for one of them alone.")
	}
	return because(first.in(f), "Backends group spans by their name. With the order in it there are as many names as orders,\nand nobody can ask how long \""+name+"\" takes. What differs belongs in an attribute.")
}

// without returns the spans that have no namesake among others.
func without(spans, others tracetest.SpanStubs) tracetest.SpanStubs {
	return filter(spans, func(s tracetest.SpanStub) bool {
		_, ok := recorder.Named(others, s.Name)
		return !ok
	})
}

// namesOf lists names, and the orders that have spans of them; those in the
// place of odd have the name.
func namesOf(first, second *evidence, odd tracetest.SpanStub, name string) string {
	orders := make(map[string][2]bool)
	for i, e := range []*evidence{first, second} {
		for _, s := range e.ofLearner() {
			n := s.Name
			if name != "" && role(s) == role(odd) && s.SpanKind == odd.SpanKind {
				n = name
			}
			both := orders[n]
			both[i] = true
			orders[n] = both
		}
	}
	rows := [][]string{{"span name", "orders"}}
	for n, both := range orders {
		rows = append(rows, []string{n, map[[2]bool]string{{true, true}: "42, 7", {true, false}: "42", {false, true}: "7"}[both]})
	}
	slices.SortFunc(rows[1:], func(a, b []string) int { return slices.Compare(a, b) })
	return recorder.Table(rows...)
}

// whoNamed returns a finding that points to where a span got its name.
func (e *evidence) whoNamed(s tracetest.SpanStub) finding.Finding {
	switch {
	case isLoad(s):
		return e.at().at(finding.Finding{})
	case s.SpanKind == trace.SpanKindClient && e.isCall(s):
		return recorder.At((*handlerspans.Payments).State, finding.Finding{})
	}
	return recorder.At(handlerspans.NewHandler, finding.Finding{})
}
