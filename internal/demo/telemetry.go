package demo

import (
	"slices"
	"time"

	"otel.workshop/internal/collector"
)

// paymentService is the name of the payment API's own service. What it sends
// is counted apart: there is nothing wrong with it.
const paymentService = "payment-api"

// Telemetry is what a side's collector received, counted.
type Telemetry struct {
	Services []string // that sent something, without the payment API; sorted

	Spans        int // of the service
	PaymentSpans int // of the payment API
	ServerSpans  int // the service's, one a request unless something is wrong
	Joined       int // answered requests whose server span is in the trace that their caller began
	Outside      int // server spans that are in another trace than one that a caller began
	Strays       int // traces that no caller's request began
	Lost         int // answered requests whose server span did not arrive, in whatever trace
	Orphans      int // spans whose parent did not arrive, and is not a caller's

	Names      []string                 // of the service's spans; sorted, each once
	Failed     int                      // the service's spans with the status Error
	OK         int                      // and with Ok
	ErrorTypes []string                 // error.type of the service's spans; sorted, each once
	Longest    time.Duration            // of the service's spans
	LongestOf  map[string]time.Duration // of the service's spans, by name
	Routes     []string                 // http.route of the service's spans; sorted, each once
	Texts      int                      // different values of db.query.text of the service's spans
	Shapes     []string                 // what spans look like: a name with its kind, an attribute, an event or its parent's name; sorted, each once

	Metrics []collector.Metric // the latest points of all
}

// received counts what a collector has.
func received(v view, c Callers) Telemetry {
	t := Telemetry{Metrics: v.metrics(), LongestOf: map[string]time.Duration{}}
	callers := c.byTrace()
	services, names, shapes := set{}, set{}, set{}
	types, routes, texts := set{}, set{}, set{}
	for _, m := range t.Metrics {
		services[m.Service] = true
	}
	for _, trace := range v.traces() {
		spans := v.store.Trace(trace.ID)
		caller, called := callers[trace.ID]
		if !called {
			t.Strays++
		}
		held := map[string]string{} // names, by id
		for _, s := range spans {
			held[s.SpanID] = s.Name
		}
		joined := false
		for _, s := range spans {
			if _, arrived := held[s.ParentID]; s.ParentID != "" && !arrived && !(called && s.ParentID == caller.SpanID) {
				t.Orphans++
			}
			if s.Service == paymentService {
				t.PaymentSpans++
				continue
			}
			t.Spans++
			services[s.Service], names[s.Name] = true, true
			t.Longest = max(t.Longest, s.Duration())
			t.LongestOf[s.Name] = max(t.LongestOf[s.Name], s.Duration())
			if s.Error {
				t.Failed++
			}
			if s.OK {
				t.OK++
			}
			if s.Kind == "server" {
				t.ServerSpans++
				if called {
					joined = true
				} else {
					t.Outside++
				}
			}
			for _, a := range s.Attrs {
				switch a.Key {
				case "error.type":
					types[a.Value] = true
				case "db.query.text":
					texts[a.Value] = true
				case "http.route":
					routes[a.Value] = true
				}
				shapes[s.Name+" "+a.Key] = true
			}
			for _, e := range s.Events {
				shapes[s.Name+" event "+e.Name] = true
			}
			if parent, ok := held[s.ParentID]; ok {
				shapes[s.Name+" below "+parent] = true
			}
			shapes[s.Name+" "+s.Kind] = true
		}
		if joined && caller.Status != 0 {
			t.Joined++
		}
	}
	// Those outside belong to somebody's request, nobody knows to whose.
	t.Lost = max(0, len(c.Answered())-t.Joined-t.Outside)
	t.Services, t.Names, t.Shapes = services.sorted(), names.sorted(), shapes.sorted()
	t.ErrorTypes, t.Routes, t.Texts = types.sorted(), routes.sorted(), len(texts)
	return t
}

type set map[string]bool

func (s set) sorted() []string {
	var all []string
	for name := range s {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
