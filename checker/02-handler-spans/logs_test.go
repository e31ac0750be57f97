package handlerspans_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// The log line of a request that failed should carry its trace_id.
func TestLogsConnected(t *testing.T) {
	p, err := recorder.Start(t)
	if err != nil {
		t.Fatal(err)
	}
	header := []string{"what fails", "in the log"}
	want, got := [][]string{header}, [][]string{header}
	logged := true
	for _, r := range []struct{ what, id, trace string }{
		{"the database", "1", "4bf92f3577b34da6a3ce929d0e0e4736"},
		{"the payment API", "2", "9c1e07aa52cd4f6f8d0b1c2a3e4f5061"},
	} {
		said := "nothing"
		if failAt(t, p, r.id, r.trace) {
			said = "a line without trace_id"
		} else {
			logged = false
		}
		for _, line := range p.Printed() {
			if strings.Contains(line, "trace_id") && strings.Contains(line, r.trace) {
				said = "trace_id " + r.trace[:8] + "…"
			}
		}
		want = append(want, []string{r.what, "trace_id " + r.trace[:8] + "…"})
		got = append(got, []string{r.what, said})
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := recorder.At(handlerspans.NewHandler, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if logged {
		f.Cause = "The line tells what went wrong, and not in which request. trace.SpanContextFromContext(ctx) has the id;\nwith it, a log line leads to its trace, and a trace to its lines."
	} else {
		f.Cause = "A request failed, and the log has no line about it."
	}
	recorder.Fail(t, f)
}

// failAt asks for an order whose request fails, in a trace that the caller has
// begun. It reports whether the program has printed anything about it.
func failAt(t *testing.T, p *recorder.Program, id, trace string) bool {
	t.Helper()
	before := len(p.Printed())
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+p.Addr+"/orders/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body) // only the log matters here
	_ = resp.Body.Close()
	// What is printed takes a moment to arrive, and may arrive in pieces.
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if len(p.Printed()) > before {
			time.Sleep(20 * time.Millisecond)
			return true
		}
	}
	return false
}
