package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
		s.mustServe(t)
	}
	s.end(8 * time.Second)

	queries, told := s.collector.Total("db.query.count")
	count := fmt.Sprint(queries)
	if !told {
		count = "never told"
	}
	if queries == requests {
		return
	}
	if len(s.collector.Spans()) == 0 {
		recorder.Needs(t, "flush-survives-signal", "exporter-drains", "exporter-keeps-no-slice")
	}
	recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{
		Want:  fmt.Sprintf("%d orders asked for, then the end\ndb.query.count   %[1]d", requests),
		Got:   fmt.Sprintf("%d orders asked for, then the end\ndb.query.count   %s", requests, count),
		Cause: "There are two providers, and each has something left: a batch of spans, and the metrics since the last\nexport, which comes every ten seconds. minimal.Setup makes both, and returns the function that stops both.",
	}))
}

// Requests in flight when the end comes should be answered, and what they and their receipts record should still be sent.
func TestDrainBeforeFlush(t *testing.T) {
	s := newService(t)
	s.collector.Be(receiver.Trouble{Takes: 50 * time.Millisecond}) // whoever doesn't wait for it loses
	s.start(t)
	before := s.mustServe(t)
	time.Sleep(300 * time.Millisecond) // its receipt, which takes 200, would give the request below time to finish
	// http.Server.Shutdown looks whether all have finished after 1, 3, 7, … 127,
	// 255, 511 ms. After the receipt's 200 ms it would be too late to lose it.
	s.payments.take(180 * time.Millisecond)
	asked := s.payments.asked.Load()
	replied := make(chan reply, 1)
	go func() { replied <- s.get(known) }()
	for end := time.Now().Add(2 * time.Second); s.payments.asked.Load() == asked && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	end := s.end(8 * time.Second)
	r := <-replied

	wanted := []string{"GET /orders/{id}", "load order", "db.query", "HTTP GET", "receipt.send"}
	fate := fmt.Sprint(r.code)
	if r.code == 0 {
		fate = "no answer"
	}
	want, got := [][]string{{"in flight at the end", "200"}}, [][]string{{"in flight at the end", fate}}
	spans := s.spansOf(r.trace)
	missing := 0
	if r.code != http.StatusOK {
		wanted = nil // what a request records that is cut off is a matter of chance
	}
	for _, name := range wanted {
		is := "sent"
		if _, ok := recorder.Named(spans, name); !ok {
			is, missing = "lost", missing+1
		}
		want, got = append(want, []string{"  " + name, "sent"}), append(got, []string{"  " + name, is})
	}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	_, receipt := recorder.Named(spans, "receipt.send")
	switch {
	case r.code == http.StatusOK && missing == 0:
		return
	case strings.HasPrefix(end, "still"):
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Got += "\n" + end
		f.Cause = "Run should return when the requests in flight have finished and their telemetry is sent."
	case r.code == 0:
		f.Cause = "The server was left with a request in it. http.Server.Shutdown waits for requests, if it is given a context\nthat is still alive, and if Run waits for it."
	case r.code != http.StatusOK:
		f.Cause = "The end has canceled the request: its context comes from Run's. A request should end with its caller, or with its\nown deadline; the service's end is for http.Server.Shutdown, which waits for it."
	case missing == 1 && !receipt:
		recorder.Needs(t, "background-joins-trace", "span-ends-on-every-path")
		f.Cause = "The request was answered, and left a receipt to be sent. Whoever starts goroutines has to be able to wait for\nthem: after the server, and before the flush."
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

// The flush should end with FlushTimeout when the collector hangs.
func TestFlushHasDeadline(t *testing.T) {
	s := newService(t)
	s.cfg.FlushTimeout = 700 * time.Millisecond
	s.collector.Be(receiver.Trouble{Hangs: true})
	s.start(t)
	old := time.After(800 * time.Millisecond) // older than its flush may take
	replied := make(chan reply, 1)
	go func() { replied <- s.get(known) }()
	answered := true
	select {
	case r := <-replied:
		answered = r.code == http.StatusOK
	case <-time.After(time.Second):
		answered = false
	}
	<-old
	const limit = 2900 * time.Millisecond
	stopped := time.Now()
	end := s.end(limit)
	late := strings.HasPrefix(end, "still")
	if !late && time.Since(stopped) >= s.cfg.FlushTimeout-50*time.Millisecond {
		return
	}
	if !answered {
		recorder.Needs(t, "exporter-never-blocks", "collector-down-harmless")
	}
	recorder.Needs(t, "exporter-drains")
	if !late {
		recorder.Needs(t, "flush-survives-signal", "both-providers-flush", "drain-before-flush")
		recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{
			Want:  "the collector hangs, FlushTimeout is 700 ms\nRun returns soon after it",
			Got:   "the collector hangs, FlushTimeout is 700 ms\nRun returns before it",
			Cause: "The flush was not given its time. A deadline is a point in time: one that is made when the service starts has passed\nlong before the service ends. Make it when the flush begins.",
		}))
	}
	recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{
		Want:  "the collector hangs, FlushTimeout is 700 ms\nRun returns soon after it",
		Got:   fmt.Sprintf("the collector hangs, FlushTimeout is 700 ms\nstill running %s after the end", limit),
		Cause: "Shutdown waits as long as its context allows, and context.Background() allows everything. How long it may\ntake is in Config. The platform that stops the service waits half a minute, then kills it; with it goes whatever else\nhad to be finished.",
	}))
}
