package handlerspans_test

import (
	"slices"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

const verdictOk = "Ok is a verdict, and final: it says that somebody has looked and found all well. A span on which nothing\nhas failed stays Unset."

// wellMarked says what is wrong with the span of an order that was loaded.
func (e *evidence) wellMarked(load tracetest.SpanStub) *verdict {
	f := e.at().at(finding.Finding{
		Want: "the order is there\n\nload order   status=Unset   no error.type",
		Got:  "the order is there\n\n" + recorder.Table(failureRow(load)),
	})
	if load.Status.Code == codes.Ok {
		return because(f, verdictOk)
	}
	return because(f, "Nothing has failed, and the span says that something has.")
}

// callMarked holds that the span of the payment call has failed when the API
// refuses, or gives no answer.
func (e *evidence) callMarked(r *request) *verdict {
	for _, s := range e.ofLearner() {
		if s.Status.Code == codes.Ok && !isServer(s) {
			f := r.deciding.at(finding.Finding{Want: s.Name + "   status=Unset", Got: s.Name + "   status=Ok"})
			return because(e.in(f), verdictOk)
		}
	}
	refused := r.api.code >= 500 || r.api.code == 0 && (r.api.hangsUp || r.api.hangs)
	calls := filter(e.spans, func(s tracetest.SpanStub) bool { return s.SpanKind == trace.SpanKindClient && e.continued(s) })
	if len(e.requests) > 1 || len(calls) == 0 {
		return nil
	}
	call := calls[len(calls)-1]
	row := failureRow(call)
	_, typed := recorder.Attr(call.Attributes, "error.type")
	f := recorder.At((*handlerspans.Payments).State, finding.Finding{Got: recorder.Table(row)})
	switch {
	case refused && call.Status.Code != codes.Error:
		f.Want = call.Name + "   status=Error   error.type=(what kind of failure it is)"
		return because(e.in(f), "The call has failed, and its span looks like any other. otelhttp marks it by itself; who starts it by hand\nmarks it by hand.")
	case refused && !typed:
		f.Want = call.Name + "   status=Error   error.type=(what kind of failure it is)"
		return because(e.in(f), "The call has failed, and nothing says how: without error.type, failures can't be told apart or counted.")
	case r.codes != nil && r.state == "paid" && call.Status.Code == codes.Error:
		f.Want = call.Name + "   status=Unset"
		v := because(e.in(f), "The API has answered, and the span of the call has failed.")
		if slices.ContainsFunc(e.asked, func(a asked) bool { return !a.right() }) {
			v.needs = []string{"answers-kept"} // it was asked for something else
		}
		return v
	}
	return nil
}

// serverMarked holds that the request's span has the status that otelhttp gives
// it, and nothing of anybody else.
func (e *evidence) serverMarked(r *request, load, server tracetest.SpanStub) *verdict {
	if !ofOtelhttp(server) || r.codes == nil {
		return nil
	}
	failed := r.code >= 500
	_, told := recorder.Attr(server.Attributes, "http.response.status_code")
	f := r.deciding.at(finding.Finding{})
	status := func(s string) string { return server.Name + "   status=" + s }
	switch {
	case failed && server.Status.Code != codes.Error || !told:
		f.Want, f.Got = status("Unset")+"   http.response.status_code=200", status(server.Status.Code.String())+"   no http.response.status_code"
		if failed {
			f.Want, f.Got = status("Error"), status(server.Status.Code.String())
		}
		return because(e.in(f), "otelhttp marks the request's span when the answer is known, but that span had ended by then.\nWhoever starts a span ends it: leave the one that SpanFromContext returns alone.")
	case server.Status.Code == codes.Ok:
		f.Want, f.Got = status("Unset"), status("Ok")
		return because(e.in(f), "Ok is a verdict, and final. The request's span takes its status from the answer: leave it alone.")
	case hasException(server):
		f.Want, f.Got = recorder.Table(failureRow(load), []string{server.Name, "no event"}), recorder.Table(failureRow(load), failureRow(server))
		return because(e.in(f), "The failure is told a second time, on the request's span. Mark the span in which it happened:\nthe request's own takes its status from the answer.")
	case !failed && server.Status.Code == codes.Error && slices.Contains(r.codes, r.code):
		f.Want, f.Got = status("Unset"), status("Error")
		return because(e.in(f), "The request was answered as it should be, and its span has failed.")
	case !failed && server.Status.Code == codes.Error:
		return because(e.in(f), "", "answers-kept")
	}
	return nil
}
