package minimal_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
	minimal "otel.workshop/steps/01-minimal"
)

// duration is the histogram that every HTTP server has.
const duration = "http.server.request.duration"

// Every request should leave a server span and be counted in http.server.request.duration.
func TestRequestsTraced(t *testing.T) {
	rec := recorder.Global(t, "")
	asked := askGlobally()
	h := minimal.NewHandler()
	before := evidence{}
	for _, v := range visits {
		answers := v.pay(h, nil)
		if !v.other {
			mustAnswer(t, v, answers)
		}
		after := look(rec)
		if got := after.since(before); !got.as(v) {
			explain(t, v, got, answers[0], asked)
		} else if !v.other {
			mustBeNamed(t, v, got.spans, answers[0])
		}
		before = after
	}
}

// mustAnswer ends the check when an answer is not the service's.
func mustAnswer(t *testing.T, v visit, answers []*answer) {
	t.Helper()
	for _, a := range answers {
		if a.Code != http.StatusOK || strings.TrimSpace(a.Body.String()) != "ok" {
			recorder.Fail(t, recorder.At(minimal.NewHandler, finding.Finding{
				Want: "GET " + v.path + "   200 OK   ok",
				Got:  strings.TrimSpace("GET " + v.path + "   " + a.says()),
			}))
		}
	}
}

// evidence is what requests have left behind.
type evidence struct {
	spans   tracetest.SpanStubs
	open    int // spans that have started, and not ended
	counted uint64
	metric  recorder.Metric
	others  []string // names of other metrics
}

func look(rec *recorder.Recorder) evidence {
	e := evidence{spans: rec.Spans(), open: len(rec.Unended())}
	e.metric, _ = rec.Metric(duration)
	for _, p := range e.metric.Points {
		e.counted += p.Count
	}
	for _, sm := range rec.Metrics().ScopeMetrics {
		for _, m := range sm.Metrics {
			e.others = append(e.others, m.Name)
		}
	}
	return e
}

// since returns what is in e and was not before.
func (e evidence) since(before evidence) evidence {
	e.spans = e.spans[len(before.spans):]
	e.open -= before.open
	e.counted -= before.counted
	return e
}

// as reports whether a visit has left what it should.
func (e evidence) as(v visit) bool {
	return len(servers(e.spans)) == v.times && e.open == 0 && e.counted == uint64(v.times) && !e.failed()
}

// failed reports whether a span tells of a failure.
func (e evidence) failed() bool {
	return slices.ContainsFunc(e.spans, func(s tracetest.SpanStub) bool { return s.Status.Code == codes.Error })
}

// explain ends the check with what a visit has left.
func explain(t *testing.T, v visit, e evidence, a *answer, asked *asked) {
	t.Helper()
	f := finding.Finding{
		Want: fmt.Sprintf("%s\n%s (server)\n%s   %d more", v.what, v.name(), duration, v.times),
		Got:  v.what + "\n" + recorder.Tree(e.spans),
	}
	if v.times > 1 {
		f.Want = fmt.Sprintf("%s\n%d server spans\n%s   %d more", v.what, v.times, duration, v.times)
		f.Got = fmt.Sprintf("%s\n%d server spans", v.what, len(servers(e.spans)))
	}
	if e.open > 0 {
		f.Got += fmt.Sprintf("\n%d spans that have not ended", e.open)
	}
	near := nearest.Name(duration, e.others)
	switch {
	case len(e.metric.Points) > 0 && e.metric.Kind != "histogram":
		f.Got += "\n" + duration + "   is a " + e.metric.Kind
	case len(e.metric.Points) > 0:
		f.Got += fmt.Sprintf("\n%s   %d more", duration, e.counted)
	case near != "" && near != duration:
		f.Got += "\nno " + duration + ", but " + near
	default:
		f.Got += "\nno " + duration
	}

	wrapped := a.within(otelhttpAt + ".")
	spans := len(servers(e.spans))
	switch {
	case e.open > 0:
		f = recorder.At(minimal.NewHandler, f)
		f.Cause = "A span that is not ended is never exported."
	case len(e.spans) == 0 && e.counted == 0 && !wrapped:
		f = recorder.At(minimal.NewHandler, f)
		f.Cause = "The handler answers, but nothing stands around it that would start a span:\notelhttp.NewHandler takes a handler and returns one that does."
	case spans == 0 && e.counted == 0 && asked.meters.has(otelhttpAt): // it asks for a tracer later, where no filter lets a request pass
		f = atCall(t, minimal.NewHandler, f, "WithFilter")
		f.Cause = "otelhttp stands around the handler, and lets this request pass by without a span:\nthat is what WithFilter does with each request for which a filter returns false."
	case spans == 0 && wrapped && !asked.tracers.has(otelhttpAt):
		f = atCall(t, minimal.NewHandler, f, "WithTracerProvider")
		f.Cause = "otelhttp stands around the handler, and has not asked package otel for a tracer:\nit was given another provider."
	case spans == v.times && e.counted == 0 && wrapped && !asked.meters.has(otelhttpAt):
		f = atCall(t, minimal.NewHandler, f, "WithMeterProvider")
		f.Cause = "otelhttp has not asked package otel for a meter: it was given another provider."
	case spans == 0 && len(e.spans) > 0:
		f = atCall(t, minimal.NewHandler, f, "WithSpanKind")
		f.Cause = "There is a span, but it is no server span: otelhttp makes one that says what kind it is."
	case spans > v.times:
		f = recorder.At(minimal.NewHandler, f)
		f.Cause = "One request, several server spans: the handler is wrapped more than once."
		if v.what != visits[0].what {
			f.Cause = "The first request had one server span, a later one has more: something is wrapped again at each request.\nWrap the handler once, where it is made."
		}
	default:
		f = recorder.At(minimal.NewHandler, f)
	}
	recorder.Fail(t, f)
}

// Where otelhttp is, and what net/http's mux is called.
const (
	otelhttpAt = "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	muxServes  = "net/http.(*ServeMux).ServeHTTP"
)

// name returns what a span of this visit is called, where the routes are those
// of the lesson.
func (v visit) name() string {
	if v.other {
		return cmp.Or(v.method, "GET")
	}
	return "GET /"
}

// mustBeNamed ends the check when the span of a request that a mux has passed
// on does not bear the name of a route. Where there is no mux, there is none.
func mustBeNamed(t *testing.T, v visit, spans tracetest.SpanStubs, a *answer) {
	t.Helper()
	if !a.within(muxServes) {
		return
	}
	for _, s := range servers(spans) {
		itself := v.path != "/" && strings.HasSuffix(s.Name, v.path)
		if s.Name != "GET" && !itself {
			continue
		}
		f := recorder.At(minimal.NewHandler, finding.Finding{
			Want: "GET " + v.path + "   GET / (server)",
			Got:  "GET " + v.path + "   " + s.Name + " (server)",
		})
		formatter := callOf(t, "WithSpanNameFormatter")
		switch {
		case itself:
			f.Cause = "This is the path of one request, and not the route that the mux has matched: each order would be a name of its own."
		case formatter.line > 0:
			f.File, f.Line = formatter.file, formatter.line
		case s.Name == "GET" && callOf(t, "WithContext", "Clone").line > 0:
			f = atCall(t, minimal.NewHandler, f, "WithContext", "Clone")
			f.Cause = "The mux notes the route that it has matched in the request that it is given, and otelhttp reads it there afterwards.\nWhat stands between the two has handed on a copy of the request: put it around otelhttp, or inside the mux."
		}
		recorder.Fail(t, f)
	}
}

func servers(spans tracetest.SpanStubs) tracetest.SpanStubs {
	return recorder.OfKind(spans, trace.SpanKindServer)
}
