package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// At the end the meter provider should be flushed as well as the tracer provider.
func TestBothProvidersFlush(t *testing.T) {
	const requests = 5
	s := newService(t)
	s.start(t)
	for range requests {
		s.mustAnswer(t)
	}
	s.end(8 * time.Second)

	queries, told := s.collector.Total("db.query.count")
	for late := time.Now().Add(time.Second); queries < requests && time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		queries, told = s.collector.Total("db.query.count") // whether Run waits for it is another check's business
	}
	count := fmt.Sprint(queries)
	if !told {
		count = "never told"
	}
	if queries == requests {
		return
	}
	if len(s.collector.Spans()) == 0 {
		recorder.Needs(t, "flush-survives-signal")
	}
	f := recorder.At(failuremodes.Run, finding.Finding{
		Want: fmt.Sprintf("%d orders asked for, then the end\ndb.query.count   %[1]d", requests),
		Got:  fmt.Sprintf("%d orders asked for, then the end\ndb.query.count   %s", requests, count),
	})
	if !told {
		f.Cause = "There are two providers, and each has something left: a batch of spans, and the metrics since the last\nexport, which comes every ten seconds. minimal.Setup makes both, and returns the function that stops both."
	}
	recorder.Fail(t, f)
}

// What a request leaves in its trace, by what stands for what: the names of
// client and server spans are whoever's who wrote the library.
var parts = []struct {
	name string
	is   func(s tracetest.SpanStub, called map[string]bool) bool
}{
	{"GET /orders/{id}", func(s tracetest.SpanStub, _ map[string]bool) bool { return s.SpanKind == trace.SpanKindServer }},
	{"load order", func(s tracetest.SpanStub, _ map[string]bool) bool { return s.Name == "load order" }},
	{"db.query", func(s tracetest.SpanStub, _ map[string]bool) bool { return s.Name == "db.query" }},
	{"the payment call", func(s tracetest.SpanStub, called map[string]bool) bool {
		return called[s.SpanContext.SpanID().String()]
	}},
	{"receipt.send", func(s tracetest.SpanStub, _ map[string]bool) bool { return s.Name == "receipt.send" }},
}

// Requests in flight when the end comes should be answered, and what they and their receipts record should still be sent.
func TestDrainBeforeFlush(t *testing.T) {
	const inFlight = 3 // three, says the finding
	s := newService(t)
	s.collector.Be(receiver.Trouble{Takes: 50 * time.Millisecond}) // whoever doesn't wait for it loses
	s.start(t)
	before := s.mustAnswer(t) // it leaves no receipt, which would give those below time to finish
	// http.Server.Shutdown looks whether all have finished after 1, 3, 7, … 127,
	// 255, 511 ms. After the receipt's 200 ms it would be too late to lose it.
	s.payments.take(180 * time.Millisecond)
	asked := s.payments.asked.Load()
	replied := make(chan reply, inFlight)
	for range inFlight {
		go func() { replied <- s.get(known) }()
	}
	for end := time.Now().Add(2 * time.Second); s.payments.asked.Load() < asked+inFlight && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	end := s.end(8 * time.Second)

	header := []string{"three requests in flight at the end", "all answered with 200"}
	want, got := [][]string{header}, [][]string{{header[0], header[1]}}
	var r reply // the first one that something happened to
	var fates []string
	for i := range inFlight {
		one := <-replied
		f := s.fates(one)
		if i == 0 || strings.Join(f, "") != strings.Repeat("sent", len(f)) && one.code == http.StatusOK && r.code == http.StatusOK || one.code != http.StatusOK {
			r, fates = one, f
		}
	}
	switch r.code {
	case http.StatusOK:
		for i, part := range parts {
			want, got = append(want, []string{"  " + part.name, "sent"}), append(got, []string{"  " + part.name, fates[i]})
		}
	case 0:
		got[0][1] = "one has no answer"
	default: // what a request records that is cut off is a matter of chance
		got[0][1] = fmt.Sprintf("one answered with %d", r.code)
	}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	missing := 0
	for _, fate := range fates {
		if fate != "sent" {
			missing++
		}
	}
	inside := slices.Contains(fates[1:len(fates)-1], "lost") // below a span that was sent
	receipt := fates[len(fates)-1]
	switch {
	case f.Got == f.Want:
		mustDrainWhenOld(t)
		return
	case strings.HasPrefix(end, "still"):
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Got += "\n" + end
		f.Cause = "Run should return when the requests in flight have finished and their telemetry is sent."
	case r.code == 0:
		f.Cause = "The server was left with a request in it. http.Server.Shutdown waits for requests, if it is given a context\nthat is still alive, and if Run waits for it."
	case r.code != http.StatusOK:
		if code := newDesk(t, time.Second).get(context.Background(), known); code != http.StatusOK {
			return // it is answered so without an end, too: other checks speak of it
		}
		f.Cause = "The end has canceled the request: its context comes from Run's. A request should end with its caller, or with its\nown deadline; the service's end is for http.Server.Shutdown, which waits for it."
	case missing == 1 && receipt == "sent, as failed":
		recorder.Needs(t, "background-outlives-request")
		f.Cause = "The receipt was on its way when the end came, and was not let finish: whoever waits for receipts waits until they\nhave been sent."
		if !s.log.tells(context.Canceled.Error()) {
			f.Cause = "A receipt that needs a fifth of a second has failed. Each may take a time of its own, and that has to be enough."
		}
	case fates[0] == "sent" && inside:
		recorder.Needs(t, "requests-as-before", "span-ends-on-every-path")
		f.Cause = "The request's own span is there, and it ends last: what is missing below it was not lost at the end."
	case missing == 1 && receipt != "sent":
		recorder.Needs(t, "span-ends-on-every-path", "background-joins-trace")
		f.Cause = "The request was answered, and left a receipt to be sent. Whoever starts goroutines has to be able to wait for\nthem: after the server, and before the flush."
	case len(s.spansOf(before.trace)) == 0 && len(recorder.OfKind(s.collector.Spans(), trace.SpanKindServer)) > inFlight:
		f.Cause = "Each request has its span, in a trace of its own: nobody reads the traceparent that its caller sends. The setup of\nstep 1 registers a propagator for that."
	case len(s.spansOf(before.trace)) == 0:
		recorder.Needs(t, "flush-survives-signal", "exporter-drains", "exporter-keeps-no-slice")
		f.Cause = "Nothing was flushed at all, not even what earlier requests had recorded."
	case errors.Is(s.err, context.Canceled):
		f.Cause = "http.Server.Shutdown was given a context that is done: it gives up at once, and does not wait for anybody. It\nneeds one that is still alive, with a deadline of its own."
	default:
		recorder.Needs(t, "exporter-drains", "exporter-keeps-no-slice")
		f.Cause = "The request was answered, and by then nobody collected what it recorded. First the server lets its requests\nfinish, then the providers flush: what comes last is set up first."
	}
	recorder.Fail(t, f)
}

// fates says of each part of a request whether the collector has it.
func (s *service) fates(r reply) (fates []string) {
	spans, called := s.spansOf(r.trace), s.payments.callers()
	for _, part := range parts {
		fate := "lost"
		for _, span := range spans {
			if part.is(span, called) {
				if fate = "sent"; span.Status.Code == codes.Error && part.name == "receipt.send" {
					fate = "sent, as failed"
				}
			}
		}
		fates = append(fates, fate)
	}
	return fates
}
