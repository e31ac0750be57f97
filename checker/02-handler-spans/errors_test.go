package handlerspans_test

import (
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure should show on the span of the work that failed: status Error, and an error.type.
func TestErrorsRecorded(t *testing.T) {
	kinds := make(map[string]*evidence) // of order 42, by situation
	list := those(slices.Concat(unreadable, healthy, unpaid), func(s situation) bool { return s.caller.trace != unsampled })
	judge(t, list, func(e *evidence) *verdict {
		for _, r := range e.requests {
			if v := e.marked(r); v != nil {
				if len(e.requests) > 1 { // each by itself was right
					v.needs = append(v.needs, "span-attributes")
				}
				return v
			}
		}
		if first := kinds[e.situation.name]; first != nil && len(e.requests) == 1 {
			return sameKind(first, e)
		}
		kinds[e.situation.name] = e
		return nil
	})
}

// marked holds that a request's spans are marked where something failed, and
// nowhere else.
func (e *evidence) marked(r *request) *verdict {
	load, ok := e.load(r)
	f := e.at().at(finding.Finding{
		Want: "load order   status=Error   error.type=(what kind of failure it is)",
		Got:  recorder.Table(failureRow(load)),
	})
	server, served := e.server(r)
	switch {
	case !ok && len(e.requests) > 1:
		return nil // which of them it belongs to is not known
	case !ok:
		f.Got = recorder.Tree(e.inside())
		return noLoad(e.in(f))
	case e.store.err != nil && r.store.err != nil:
		if v := e.loadFailed(f, load, server); v != nil {
			return v
		}
	case errorMarks(load) != "" || load.Status.Code == codes.Ok:
		return e.wellMarked(load)
	}
	if v := e.callMarked(r); v != nil || !served {
		return v
	}
	return e.serverMarked(r, load, server)
}

// loadFailed holds that the span "load order" shows that the order could not be
// read.
func (e *evidence) loadFailed(f finding.Finding, load, server tracetest.SpanStub) *verdict {
	kind, typed := recorder.Attr(load.Attributes, "error.type")
	because := func(cause string) *verdict { return because(e.apart(f), cause, e.needsCover()...) }
	switch {
	case load.Status.Code == codes.Ok:
		return because("Ok is final: once a span has it, no error can show any more. It says that somebody has looked and\nfound all well; a span that nobody has looked at stays Unset, which is how most of them should end.")
	case load.Status.Code != codes.Error && hasException(load):
		return because("RecordError adds an event to the span, and leaves its status as it was: to whoever looks for\nfailed spans, this one is fine. SetStatus(codes.Error, …) says that the work has failed.")
	case load.Status.Code != codes.Error && hasException(server):
		f.Got = recorder.Table(failureRow(load), failureRow(server))
		return because("The failure is told on the request's span. Mark the span in which it happened:\nthe request's own takes its status from the answer.")
	case load.Status.Code != codes.Error:
		return because("The order could not be loaded, and its span looks like any other. (What is set on a span after its End\nis dropped; and a deferred call has the arguments of the moment at which it was deferred.)")
	case !typed && nearKey(load, "error.type") != "":
		return because("Whoever looks for error.type finds nothing under " + nearKey(load, "error.type") + ", though it is nearly the same.")
	case !typed || kind == "":
		return because("The span has failed, and nothing says how: without error.type, failures can't be told apart or counted.")
	}
	return nil
}

// apart puts the scene above a finding that is not about the plainest failure.
func (e *evidence) apart(f finding.Finding) finding.Finding {
	if e.situation.name == unreadable[0].name && e.way.name == "" {
		return f
	}
	return e.in(f)
}

// nearKey returns the key of an attribute that is nearly called so.
func nearKey(s tracetest.SpanStub, key string) string {
	var keys []string
	for _, kv := range s.Attributes {
		keys = append(keys, string(kv.Key))
	}
	return nearest.Name(key, keys)
}

// sameKind holds that error.type is the same for two failures of one kind,
// whose texts differ.
func sameKind(first, second *evidence) *verdict {
	if first.store.err == nil {
		return nil
	}
	one, _ := first.load(first.requests[0])
	other, _ := second.load(second.requests[0])
	kind, _ := recorder.Attr(one.Attributes, "error.type")
	same, _ := recorder.Attr(other.Attributes, "error.type")
	if kind == same {
		return nil
	}
	f := first.at().at(finding.Finding{
		Want: recorder.Table([]string{first.situation.name, "one error.type"}, []string{"again, elsewhere", "the same error.type"}),
		Got:  recorder.Table([]string{first.situation.name, "error.type=" + kind}, []string{"again, elsewhere", "error.type=" + same}),
	})
	if strings.Contains(kind, "north") {
		return because(f, "Text of the error is in error.type. There should be few values, one for each kind of failure:\nsemconv.ErrorType takes the type of the error.")
	}
	return because(f, "One kind of failure, and two values: failures can't be counted by it. semconv.ErrorType takes the type of\nthe error.")
}

// wellMarked says what is wrong with the span of an order that was loaded.
func (e *evidence) wellMarked(load tracetest.SpanStub) *verdict {
	f := e.at().at(finding.Finding{
		Want: "the order is there\n\nload order   status=Unset   no error.type",
		Got:  "the order is there\n\n" + recorder.Table(failureRow(load)),
	})
	if load.Status.Code == codes.Ok {
		return because(f, "Ok is a verdict, and final: it says that somebody has looked and found all well. A span on which nothing\nhas failed stays Unset.")
	}
	return because(f, "Nothing has failed, and the span says that something has.")
}

// callMarked holds that the span of the payment call has failed when the API
// refuses, or gives no answer.
func (e *evidence) callMarked(r *request) *verdict {
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
	case call.Status.Code == codes.Ok && !refused:
		f.Want = call.Name + "   status=Unset"
		return because(e.in(f), "Ok is a verdict, and final: it says that somebody has looked and found all well. A span on which nothing\nhas failed stays Unset.")
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

// failureRow says what a span tells of a failure.
func failureRow(s tracetest.SpanStub) []string {
	kind, ok := recorder.Attr(s.Attributes, "error.type")
	if ok {
		kind = "error.type=" + kind
	} else {
		kind = "no error.type"
		if near := nearKey(s, "error.type"); near != "" {
			value, _ := recorder.Attr(s.Attributes, attribute.Key(near))
			kind += ", but " + near + "=" + value
		}
	}
	row := []string{s.Name, "status=" + s.Status.Code.String(), kind}
	for _, e := range s.Events {
		if e.Name == "exception" {
			row = append(row, "event "+e.Name)
		}
	}
	return row
}

func hasException(s tracetest.SpanStub) bool {
	return slices.ContainsFunc(s.Events, func(e sdktrace.Event) bool { return e.Name == "exception" })
}

// errorMarks returns what makes a span look failed, or "".
func errorMarks(s tracetest.SpanStub) string {
	var marks []string
	if s.Status.Code == codes.Error {
		marks = append(marks, "status=Error")
	}
	if _, ok := recorder.Attr(s.Attributes, "error.type"); ok {
		marks = append(marks, "error.type")
	}
	if hasException(s) {
		marks = append(marks, "event exception")
	}
	return strings.Join(marks, ", ")
}
