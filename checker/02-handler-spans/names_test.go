package handlerspans_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Span names should be the same for every order.
func TestStableSpanNames(t *testing.T) {
	s := newShop(t)
	seen := make(map[string]map[string]bool) // name → the orders for which there was such a span
	var spans tracetest.SpanStubs
	for _, id := range []string{"7", "42"} {
		before := len(s.rec.Spans())
		s.get(id)
		for _, span := range s.rec.Spans()[before:] {
			if ofPaymentAPI(span) {
				continue // its names are its own business
			}
			spans = append(spans, span)
			if seen[span.Name] == nil {
				seen[span.Name] = make(map[string]bool)
			}
			seen[span.Name][id] = true
		}
	}
	if _, ok := loadOrder(s.inside()); !ok {
		needsLoadOrder(t, finding.Finding{Want: "load order   for orders 7 and 42", Got: recorder.Tree(s.inside())})
	}

	const both = "42, 7"
	got := [][]string{{"span name", "orders"}}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		got = append(got, []string{name, strings.Join(slices.Sorted(maps.Keys(seen[name])), ", ")})
	}
	wanted := make(map[string]bool)
	var f finding.Finding
	for _, span := range spans {
		if len(seen[span.Name]) == 2 {
			wanted[span.Name] = true
			continue
		}
		name := ""
		name, f = s.stableName(span)
		wanted[name] = true
		f.Cause = "Backends group spans by their name. With the order in it there are as many names as orders,\nand nobody can ask how long \"" + name + "\" takes. What differs belongs in an attribute."
	}
	if f.Cause == "" {
		return
	}
	want := [][]string{{"span name", "orders"}}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		want = append(want, []string{name, both})
	}
	f.Want, f.Got = recorder.Table(want...), recorder.Table(got...)
	recorder.Fail(t, f)
}

// stableName returns the name that a span should have had, and a finding that
// points to where it got another.
func (s *shop) stableName(span tracetest.SpanStub) (string, finding.Finding) {
	if _, ok := loadOrder(tracetest.SpanStubs{span}); ok {
		return "load order", s.loading.at(finding.Finding{})
	}
	switch span.SpanKind {
	case trace.SpanKindServer:
		return "GET /orders/{id}", recorder.At(handlerspans.NewHandler, finding.Finding{})
	case trace.SpanKindClient:
		return "HTTP GET", recorder.At((*handlerspans.Payments).State, finding.Finding{})
	}
	return "(one name for both)", recorder.At(handlerspans.NewHandler, finding.Finding{})
}
