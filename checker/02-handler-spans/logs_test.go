package handlerspans_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// failing are the situations of which there should be a line in the log.
var failing = func() (list []situation) {
	for _, s := range slices.Concat(unreadable, unpaid) {
		s.caller.trace = sampled
		list = append(list, s)
	}
	s := unreadable[0]
	s.name, s.caller.trace = s.name+", and the caller does not keep the trace", unsampled
	return append(list, s)
}()

// The log line of a request that failed should carry its trace_id.
func TestLogsConnected(t *testing.T) {
	rows := table{header: []string{"what happens", "in the log"}}
	var first *report // without it
	reports := playApart(t, "failing", failing)
	if len(reports) == 0 {
		t.Fatal("the service ended before it was asked for anything")
	}
	for _, r := range reports {
		said := r.logged()
		switch {
		case r.begun < 2:
			continue // it is not all there
		case r.over && (r.code < "500" || r.panicked):
			continue // it was taken for a success, or not answered, which is another check's business
		case r.way != "" && (first != nil || said == named(r.trace)):
			continue // it has been said
		}
		rows.add([]string{r.scene(), named(r.trace)}, []string{r.scene(), said})
		if said != named(r.trace) && first == nil {
			first = r
		}
	}
	if first == nil {
		return
	}
	f := first.deciding.at(finding.Finding{})
	f.Want, f.Got = rows.texts()
	switch said := first.logged(); {
	case !first.served && first.caller.trace != unsampled:
		recorder.Needs(t, "child-span")
		f.Cause = "The request itself has left no span, so that no context has its trace."
	case !first.over:
		f.Cause = "The service has ended while it served this request."
	case said == named(strings.Repeat("0", 32)):
		f.Cause = "An id of zeros is that of a context without a span: what reached the log is not the request's context."
	case said == spanID:
		f.Cause = "It has sixteen digits: the id of a span. The trace's has thirty-two, and is what all spans of a request share."
	case said == otherName:
		f.Cause = "Backends look for trace_id, which is what the conventions call it, to lead from a log line to its trace."
	case said == noLine:
		f.Cause = "A request failed, and the log has no line about it."
	case said == noID && slices.ContainsFunc(reports, func(r *report) bool { return r.logged() == named(r.trace) }):
		f.Cause = "Other lines have it. Each failure is written down with the id, whatever it was that failed; a trace that is\nnot kept has an id, too, under which other services know it."
	case said == noID:
		f.Cause = "The line tells what went wrong, and not in which request. trace.SpanContextFromContext(ctx) has the id;\nwith it, a log line leads to its trace, and a trace to its lines."
	default:
		if first.way == atOnce.name {
			recorder.Needs(t, "context-passed") // each by itself was right
		}
		f.Cause = "That is the id of another trace: it leads to somebody else's request, or to none at all."
	}
	recorder.Fail(t, f)
}

const (
	noLine = "no line"
	noID   = "a line without trace_id"
	spanID = "a trace_id of sixteen digits"

	otherName = "the id, not under the name trace_id"
)

// named is how a finding shows a trace's id.
func named(trace string) string { return "trace_id " + trace[:min(8, len(trace))] + "…" }

var (
	traceID   = regexp.MustCompile(`\btrace_id\b\W{1,8}([0-9a-f]{32})\b`)
	shortened = regexp.MustCompile(`\btrace_id\b\W{1,8}([0-9a-f]{16})\b`)
)

// logged returns what the log has about a request.
func (r *report) logged() string {
	said := noLine
	for _, line := range r.printed {
		m := traceID.FindStringSubmatch(line)
		switch {
		case m != nil && m[1] == r.trace:
			return named(r.trace)
		case m != nil:
			said = named(m[1])
		case shortened.MatchString(line) && !strings.HasPrefix(said, "trace_id "):
			said = spanID
		case r.trace != "" && strings.Contains(line, r.trace) && (said == noLine || said == noID):
			said = otherName
		case said == noLine:
			said = noID
		}
	}
	return said
}
