package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// Telemetry that can't be sent should be told in the service's own log, with the error.
func TestExportErrorsLogged(t *testing.T) {
	ticket := func() string { return fmt.Sprintf("ticket-%d", rand.IntN(1e9)) }
	behind, again, slow, other, quota := ticket(), ticket(), ticket(), ticket(), ticket()
	beside := standard()
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20") // milliseconds
	s := newService(t)
	s.start(t)
	s.mustAnswer(t)
	s.collector.Be(receiver.Trouble{Code: http.StatusBadRequest, Says: quota}) // 503 would be tried again
	s.mustAnswer(t)
	otel.Handle(errors.New(other))
	s.log.tellsSoon("400 ", 2*time.Second)
	end := s.end(8 * time.Second)

	spansTold, metricsTold := s.refused(quota, end)
	for late := time.Now().Add(time.Second); !metricsTold && time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		spansTold, metricsTold = s.refused(quota, end) // whether Run waits for it is another check's business
	}
	if !slices.Contains(s.collector.Paths(), "/v1/metrics") && strings.Contains(end, context.DeadlineExceeded.Error()) {
		metricsTold = true // they were not even sent: the spans have used up the time, and Run says so
	}
	q := playFails(t, errors.New(behind), errors.New(again), fmt.Errorf("%s: %w", slow, context.DeadlineExceeded))
	// Who has no logger at hand may ask OpenTelemetry's handler, which Run has set.
	told := func(ticket string) bool { return q.log.tells(ticket) || s.log.tells(ticket) }
	toldOfQueue := told(behind) && told(again) && told(slow)
	if !spansTold && toldOfQueue && keepsSlice(t) {
		spansTold = true // the collector has refused nothing: what it should have got was lost before
	}
	says := map[bool]string{true: "tells", false: "says nothing"}
	header := []string{"what goes wrong", "the service's log"}
	rows := func(first, second, third, fourth bool) string {
		return recorder.Table(header,
			[]string{"the exporter behind the queue fails", says[first]},
			[]string{"the collector refuses spans", says[second]},
			[]string{"OpenTelemetry reports an error", says[third]},
			[]string{"the collector refuses metrics", says[fourth]})
	}
	f := recorder.At(failuremodes.Run, finding.Finding{
		Want: rows(true, true, true, true),
		Got:  rows(toldOfQueue, spansTold, s.log.tells(other), metricsTold),
	})
	for _, ticket := range []string{behind, again, slow, other, quota} {
		if beside.has(ticket) && f.Got != f.Want {
			f.Got += "\n\nthe standard logger has told, which is another one"
			break
		}
	}
	switch {
	case f.Got == f.Want:
		return
	case !s.log.tells(other):
		f.Cause = "What goes wrong in the background has nobody to return an error to. OpenTelemetry hands it to a function of\nyours, otel.SetErrorHandler"
		switch {
		case beside.line(other) == other:
			f.Cause += "; without one it goes to the standard logger, past the service's own."
		case beside.has(other):
			f.Cause += ": here it tells another logger. The service's own is the one in Config."
		default:
			f.Cause += ": here that one tells nobody who reads the log."
		}
	case !toldOfQueue:
		f = recorder.At(failuremodes.NewQueueExporter, f)
		f.Cause = "ExportSpans of the QueueExporter has long returned when its worker gets an error, so nobody hears of it unless the\nworker logs it, and says which. It was given a logger for this."
		switch {
		case told(behind) && told(again):
			f.Got += "\nwhich has told of other errors, and not of one that has run out of time"
			f.Cause = "Its spans are as lost as those of an export that is refused, and nobody sends them again."
		case told(behind):
			recorder.Needs(t, "exporter-never-blocks") // whether it goes on at all
			f.Got += "\nwhich has told when it failed before, on another day"
			f.Cause = "What was told once is not told again. A collector that fails today fails in another way tomorrow."
		case beside.has(behind):
			f.Cause = "The worker tells another logger. NewQueueExporter was given one for this, the service's own."
		case len(q.log.all()) > 0:
			f.Got += "\nwhich says: " + q.log.texts()[0]
			f.Cause = "The log has a line, and the error is not in it: that something went wrong is half of the message, and why is the\nother. ExportSpans has long returned, so nobody else can tell."
		}
	case !spansTold:
		if !slices.Contains(s.collector.Paths(), "/v1/traces") {
			recorder.Needs(t, "flush-survives-signal", "exporter-drains")
		}
		f.Cause = "Given a logger of the checks, the QueueExporter tells. The one that the setup makes has to be given the service's."
	default:
		if !slices.Contains(s.collector.Paths(), "/v1/metrics") {
			recorder.Needs(t, "flush-survives-signal", "both-providers-flush")
		}
		f.Cause = "The last export is the flush: its error is what the shutdown returns, and Run has to pass it on."
	}
	recorder.Fail(t, f)
}

// refused reports whether the log, or what Run has returned at the end, tells
// that the collector has refused spans, and metrics.
func (s *service) refused(ticket, end string) (spans, metrics bool) {
	for _, text := range append(s.log.texts(), end) { // an error that Run returns is main's to log
		if strings.Contains(text, ticket) || strings.Contains(text, "400 ") {
			metrics = metrics || strings.Contains(text, "metric")
			spans = spans || !strings.Contains(text, "metric") || strings.Contains(text, "traces")
		}
	}
	return spans, metrics
}

// A service should start, serve and end though there is no collector.
func TestCollectorDownHarmless(t *testing.T) {
	s := newService(t)
	s.cfg.FlushTimeout = time.Second
	s.endpoint = "http://127.0.0.1:1" // nobody listens there
	s.start(t)
	want := [][]string{{"no collector", ""}, {"10 requests", "200, each in under a second"}, {"the end", "Run returns"}}
	fate := "200, each in under a second"
	for range 10 {
		r := s.get(known)
		if r.code != http.StatusOK {
			if fate = r.String(); r.code == 0 {
				fate = "no answer"
			}
			break
		}
		if r.took > time.Second {
			fate = fmt.Sprintf("200, after %.1f s", r.took.Seconds())
			break
		}
	}
	early := ""
	if fate == "no answer" {
		select {
		case <-s.ended:
			if early = "has come before anybody asked for it"; s.err != nil {
				first, _, _ := strings.Cut(s.err.Error(), "\n")
				early += ":\n\t" + first
			}
		case <-time.After(time.Second):
		}
	}
	end := s.end(8 * time.Second)
	if !strings.HasPrefix(end, "still") {
		end = "Run returns" // what it could not send is an error, and may be returned
	}
	if early != "" {
		end = early
	}
	got := recorder.Table([]string{"no collector", ""}, []string{"10 requests", fate}, []string{"the end", end})
	if got == recorder.Table(want...) {
		return
	}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: recorder.Table(want...), Got: got})
	switch {
	case early != "":
		f.Cause = "Telemetry must not take the service down. Exporters connect when they have something to send, and try again;\nwhat can't be sent is told in the log. There is nothing to wait for at the start."
	default:
		if code := newDesk(t, time.Second).get(context.Background(), known); code != http.StatusOK && strings.HasPrefix(fate, fmt.Sprint(code)) {
			recorder.Needs(t, "requests-as-before") // it is answered so with a collector, too
		}
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Cause = "Telemetry must not take the service down: nobody who asks for an order should notice that it can't be sent."
	}
	recorder.Fail(t, f)
}
