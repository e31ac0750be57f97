package handlerspans_test

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// The request's span should say which route it took: http.route.
func TestRouteRecorded(t *testing.T) {
	s := newShop(t)
	s.get("42")
	server, ok := request(s.inside())
	if !ok {
		recorder.Needs(t, "child-span")
	}
	route, found := recorder.Attr(server.Attributes, "http.route")
	if ok && route == "/orders/{id}" {
		return
	}
	servers := recorder.OfKind(s.inside(), trace.SpanKindServer)
	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "GET /orders/{id} (server)   http.route=/orders/{id}",
		Got:  recorder.Tree(servers, waterfall.WithAttrs("http.route")),
	})
	switch {
	case len(servers) > 1:
		f.Cause = "Two spans tell of one request, and each is counted: otelhttp stands around the mux and around the route.\nOne of them is enough, and around the route is where the route is known."
	case !found:
		f.Cause = "otelhttp around the whole mux starts its span before the mux has chosen a route: the name of the span is put\nright afterwards, the attribute is not. Put otelhttp around the route's handler, or set the attribute there."
	case strings.HasSuffix(route, " /orders/{id}"):
		f.Cause = "That is the mux's pattern, method and all. The method stands in an attribute of its own; the route is the path\nalone, so that it can be compared with that of other services."
	case strings.Contains(route, "42"):
		f.Cause = "That is the path, of which there are as many as orders. The route is the pattern that all of them match."
	case !strings.Contains(route, "{"):
		f.Cause = "The mux knows the route only if it is told the pattern: a handler that takes the path apart by itself\nmakes one route of all."
	}
	recorder.Fail(t, f)
}
