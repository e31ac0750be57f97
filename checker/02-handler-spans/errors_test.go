package handlerspans_test

import (
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
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
	case load.Status.Code != codes.Error && e.situation.name != unreadable[0].name && !typed:
		return because("Another failure to read an order shows on it, and this one leaves no mark: the order could not be loaded all\nthe same.")
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
