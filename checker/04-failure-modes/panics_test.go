package failuremodes_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

const serverDuration = "http.server.request.duration"

// A trial is what is to be seen of a request from outside: its answer, its
// span, and what was counted.
type trial struct {
	code    int
	status  string // of the server's span
	counted string // "one with status 500"
}

// says returns the messages that a request leaves in the log.
func (d *desk) says(t *testing.T, order string) (messages []string) {
	before := len(d.log.all())
	d.visit(t.Context(), order)
	for _, line := range d.log.all()[before:] {
		messages = append(messages, line.message)
	}
	return messages
}

// try asks for an order, alone.
func (d *desk) try(t *testing.T, order string) (r trial) {
	before := d.counted()
	v := d.visit(t.Context(), order)
	r.code, r.status, r.counted = v.code, "no span", "none"
	if servers := recorder.OfKind(d.spansOf(v), trace.SpanKindServer); len(servers) > 0 {
		r.status = "status " + servers[0].Status.Code.String()
	}
	for code, n := range d.counted() {
		if n > before[code] {
			r.counted = "one with status " + code
		}
	}
	return r
}

// counted returns how many requests the metrics have, by status.
func (d *desk) counted() map[string]uint64 {
	counts := make(map[string]uint64)
	m, _ := d.rec.Metric(serverDuration)
	for _, p := range m.Points {
		code, ok := p.Attr("http.response.status_code")
		if !ok {
			code = "none"
		}
		counts[code] += p.Count
	}
	return counts
}

// A panic in the handler should be answered with 500, mark the request's span as failed, and count in the metrics.
func TestPanicRecorded(t *testing.T) {
	d := newDesk(t, time.Second)
	right := trial{code: http.StatusInternalServerError, status: "status Error", counted: "one with status 500"}
	tries := []struct {
		order, what string
		trial
	}{
		{order: panics, what: "a text"}, {order: panicsWithError, what: "an error"}, {order: panicsWithNumber, what: "a number"},
		{order: panicsByRuntime, what: "an error of the runtime"}, {order: panics, what: "a text, once more"},
	}
	well := "" // what one may panic with
	for i := range tries {
		if tries[i].trial = d.try(t, tries[i].order); tries[i].trial == right && well == "" {
			well = tries[i].what
		}
	}
	for _, with := range tries {
		r := with.trial
		if r == right {
			continue
		}
		f := recorder.At(failuremodes.NewHandler, finding.Finding{
			Want: right.table("the handler panics with " + with.what),
			Got:  r.table("the handler panics with " + with.what),
		})
		switch {
		case well != "":
			f.Cause = "A panic with " + well + " is answered as it should be, and this one is not. What a handler panics with makes no difference."
		case r.code == 0 && r.status == right.status:
			f.Cause = "The panic is recorded on the span, and goes on: through otelhttp, which counts nothing, to net/http, which closes the\nconnection. Whoever recovers it should answer, too."
		case r.code == 0:
			f.Cause = "net/http catches a panic, logs it, and closes the connection: the customer sees no answer at all. A middleware\nthat recovers can give one. (recover works in the deferred function itself, not in one that this calls.)"
		case r.counted == "none" && r.status != "no span":
			f.Cause = "The panic passes through otelhttp before it is recovered, and otelhttp sees a request that has no end: nothing to\ncount, and no status. Whoever recovers has to stand inside, next to the handler."
		case r.code == http.StatusOK:
			f.Cause = "A handler that returns and has written nothing is answered with 200. Whoever recovers the panic has to write the\nanswer: 500, the fault is ours."
		case r.status != right.status:
			f.Cause = "The request has failed, and its span does not say so. trace.SpanFromContext(r.Context()) is the span to mark."
		case r.code != right.code:
			f.Cause = "The answer to a panic is 500: the fault is ours."
		}
		recorder.Fail(t, f)
	}
	r := d.try(t, known)
	if r.code >= http.StatusInternalServerError || r.code == 0 {
		return // another check speaks of it
	}
	right = trial{code: r.code, status: "status Unset", counted: fmt.Sprintf("one with status %d", r.code)}
	if r.status == "status Ok" {
		r.status = right.status
	}
	if r == right {
		return
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{
		Want:  right.table("the handler does not panic"),
		Got:   r.table("the handler does not panic"),
		Cause: "A request that was answered looks like one that has failed.",
	})
	same := func(message string) bool { return slices.Contains(d.says(t, panics), message) }
	if slices.ContainsFunc(d.says(t, known), same) {
		f.Cause += " The log has the words of a panic, too: a\ndeferred function runs at the end of every request; when recover returns nil, nobody has panicked, and there is nothing for it to do."
	}
	recorder.Fail(t, f)
}

func (r trial) table(what string) string {
	answer := fmt.Sprint(r.code)
	if r.code == 0 {
		answer = "none, the connection is closed"
	}
	return recorder.Table([]string{what, ""}, []string{"answer", answer}, []string{"its span", r.status}, []string{serverDuration, r.counted})
}
