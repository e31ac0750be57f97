package handlerspans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// The request's span should say which route it took: http.route.
func TestRouteRecorded(t *testing.T) {
	const requests = "http.server.request.duration"
	before := 0
	onBegin = func(e *evidence) { before = e.rec.Taken(requests) }
	judge(t, append(those(situations, func(s situation) bool { return s.caller.trace != unsampled }), noNumber), func(e *evidence) *verdict {
		for _, r := range e.requests {
			if v := e.routed(r); v != nil {
				return v
			}
		}
		counted := e.rec.Taken(requests) - before
		if counted <= len(e.requests) {
			return nil
		}
		f := e.in(recorder.At(handlerspans.NewHandler, finding.Finding{
			Want: recorder.Table([]string{"requests", fmt.Sprint(len(e.requests))}, []string{"in " + requests, fmt.Sprint(len(e.requests))}),
			Got:  recorder.Table([]string{"requests", fmt.Sprint(len(e.requests))}, []string{"in " + requests, fmt.Sprint(counted)}),
		}))
		return because(f, "A request has one span, and is measured more than once: otelhttp stands around it twice, and one of the two\nstarts no span. It counts all the same.")
	})
}

// routed holds that a request's span has the route, and is the only one.
func (e *evidence) routed(r *request) *verdict {
	servers := filter(e.spans, isServer)
	server, ok := e.server(r)
	route, found := recorder.Attr(server.Attributes, "http.route")
	twice := slices.ContainsFunc(servers, func(s tracetest.SpanStub) bool { return recorder.Below(servers, s, server) })
	if route == "/orders/{id}" && !twice {
		return nil
	}
	f := e.in(recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "GET /orders/{id} (server)   http.route=/orders/{id}",
		Got:  recorder.Tree(servers, waterfall.WithAttrs("http.route")),
	}))
	switch {
	case !ok:
		return because(f, "The request itself has left no span.", "child-span")
	case twice:
		return because(f, "Two spans tell of one request, and each is counted: otelhttp stands around the mux and around the route.\nOne of them is enough, and around the route is where the route is known.")
	case !found && nearKey(server, "http.route") != "":
		return because(f, "Whoever looks for http.route finds nothing under "+nearKey(server, "http.route")+", though it is nearly the same.")
	case !found && e.scene() != "":
		return because(f, "Other requests have it. The route is known as soon as the mux has chosen: it belongs to every request,\nalso to those that end early.")
	case !found && strings.HasSuffix(server.Name, "{id}"):
		return because(f, "otelhttp around the whole mux starts its span before the mux has chosen a route: the name of the span is put\nright afterwards, the attribute is not. Put otelhttp around the route's handler, or set the attribute there.")
	case !found:
		return because(f, "The span has no such attribute. otelhttp sets it when it stands around the handler of the route; otherwise\nsemconv.HTTPRoute does.")
	case strings.HasSuffix(route, " /orders/{id}"):
		return because(f, "That is the mux's pattern, method and all. The method stands in an attribute of its own; the route is the path\nalone, so that it can be compared with that of other services.")
	case number.MatchString(route) || strings.Contains(route, noNumber.path):
		return because(f, "That is the path, of which there are as many as orders. The route is the pattern that all of them match.")
	case !strings.Contains(route, "{"):
		return because(f, "The mux knows the route only if it is told the pattern: a handler that takes the path apart by itself\nmakes one route of all.")
	}
	return because(f, "The route is the pattern that the mux was given, without the method.")
}
