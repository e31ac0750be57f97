package handlerspans_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// The log line of a request that failed should carry its trace_id.
func TestLogsConnected(t *testing.T) {
	p, err := recorder.Start(t)
	if err != nil {
		t.Fatal(err)
	}
	header := []string{"what fails", "in the log"}
	want, got := [][]string{header}, [][]string{header}
	for _, r := range []failing{
		{"the database", "1", "4bf92f3577b34da6a3ce929d0e0e4736"},
		{"the payment API", "2", "9c1e07aa52cd4f6f8d0b1c2a3e4f5061"},
	} {
		want = append(want, []string{r.what, named(r.trace)})
		got = append(got, []string{r.what, r.ask(t, p)})
	}
	f := finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)}
	if f.Want == f.Got {
		return
	}
	s := newShop(t) // the same once more in this process, to see where it happens
	s.orders.gone[1] = errGone
	s.get("1")
	if _, served := request(s.inside()); !served {
		recorder.Needs(t, "child-span")
	}
	f = s.deciding.at(f)
	switch {
	case strings.Contains(f.Got, named(strings.Repeat("0", 32))):
		f.Cause = "An id of zeros is that of a context without a span: what reached the log is not the request's context."
	case strings.Contains(f.Got, otherName):
		f.Cause = "Backends look for trace_id, which is what the conventions call it, to lead from a log line to its trace."
	case strings.Contains(f.Got, noID):
		f.Cause = "The line tells what went wrong, and not in which request. trace.SpanContextFromContext(ctx) has the id;\nwith it, a log line leads to its trace, and a trace to its lines."
	case strings.Contains(f.Got, noLine):
		f.Cause = "A request failed, and the log has no line about it."
	}
	recorder.Fail(t, f)
}

// A failing request is one whose trace the caller has begun.
type failing struct{ what, id, trace string }

const (
	noLine = "no line"
	noID   = "a line without trace_id"

	otherName = "the id, not under the name trace_id"
)

// named is how a finding shows a trace's id.
func named(trace string) string { return "trace_id " + trace[:8] + "…" }

// ask sends the request, and returns what the log has about it.
func (r failing) ask(t *testing.T, p *recorder.Program) string {
	t.Helper()
	before := p.Printed()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+p.Addr+"/orders/"+r.id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("traceparent", "00-"+r.trace+"-00f067aa0ba902b7-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "no answer: the handler has panicked" // which ends the connection
	}
	_, _ = io.Copy(io.Discard, resp.Body) // only the log matters here
	_ = resp.Body.Close()
	// What is printed takes a moment to arrive, in pieces, and some of it may
	// be written after the answer.
	answered := time.Now()
	for {
		said := r.in(since(before, p.Printed()))
		waited := time.Since(answered)
		if said == named(r.trace) || said != noLine && waited > 300*time.Millisecond || waited > 2*time.Second {
			return said
		}
		time.Sleep(5 * time.Millisecond)
	}
}

var traceID = regexp.MustCompile(`\btrace_id\b\W{1,8}([0-9a-f]{32})\b`)

// in returns what these lines tell of the request.
func (r failing) in(lines []string) string {
	said := noLine
	for _, line := range lines {
		m := traceID.FindStringSubmatch(line)
		switch {
		case m != nil && said != named(r.trace):
			said = named(m[1])
		case m == nil && strings.Contains(line, r.trace) && (said == noLine || said == noID):
			said = otherName
		case m == nil && said == noLine:
			said = noID
		}
	}
	return said
}

// since returns the lines that are new.
func since(before, now []string) (lines []string) {
	old := make(map[string]int)
	for _, line := range before {
		old[line]++
	}
	for _, line := range now {
		if old[line]--; old[line] < 0 {
			lines = append(lines, line)
		}
	}
	return lines
}
