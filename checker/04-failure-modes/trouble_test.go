package failuremodes_test

import (
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
	quota := fmt.Sprint("quota exceeded, ticket ", rand.IntN(1e9))
	other := fmt.Sprint("queue of the exporter is full, ticket ", rand.IntN(1e9))
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20") // milliseconds
	s := newService(t)
	s.start(t)
	s.mustAnswer(t)
	s.collector.Be(receiver.Trouble{Code: http.StatusBadRequest, Says: quota}) // 503 would be tried again
	s.mustAnswer(t)
	otel.Handle(errors.New(other))
	s.log.tellsSoon("400 ", 2*time.Second)
	end := s.end(8 * time.Second)

	header := []string{"what goes wrong", "the service's log"}
	want := [][]string{header, {"the collector refuses spans", "tells"}, {"OpenTelemetry reports an error", "tells"}, {"the collector refuses metrics", "tells"}}
	var spansTold, metricsTold bool
	for _, text := range append(s.log.texts(), end) { // an error that Run returns is main's to log
		if refused := strings.Contains(text, quota) || strings.Contains(text, "400 "); refused {
			metricsTold = metricsTold || strings.Contains(text, "metric")
			spansTold = spansTold || !strings.Contains(text, "metric") || strings.Contains(text, "traces")
		}
	}
	says := map[bool]string{true: "tells", false: "says nothing"}
	got := [][]string{header,
		{"the collector refuses spans", says[spansTold]},
		{"OpenTelemetry reports an error", says[s.log.tells(other)]},
		{"the collector refuses metrics", says[metricsTold]},
	}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case f.Got == f.Want:
		return
	case !s.log.tells(other):
		f.Cause = "What goes wrong in the background has nobody to return an error to. OpenTelemetry hands it to a function of\nyours, otel.SetErrorHandler; without one it goes to the standard logger, past the service's own."
	case !spansTold:
		if !slices.Contains(s.collector.Paths(), "/v1/traces") {
			recorder.Needs(t, "flush-survives-signal", "exporter-drains", "exporter-keeps-no-slice")
		}
		f.Cause = "ExportSpans of the QueueExporter has long returned when its worker gets an error, so nobody hears of it unless the\nworker logs it. It was given a logger for this."
	default:
		if !slices.Contains(s.collector.Paths(), "/v1/metrics") {
			recorder.Needs(t, "flush-survives-signal", "both-providers-flush")
		}
		f.Cause = "The last export is the flush: its error is what the shutdown returns, and Run has to pass it on."
	}
	recorder.Fail(t, f)
}

// When telemetry can't be set up, Run should return that error, and not serve without.
func TestSetupErrorTold(t *testing.T) {
	s := newService(t)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team") // a key without a value
	s.start(t)
	f := recorder.At(failuremodes.Run, finding.Finding{
		Want: "OTEL_RESOURCE_ATTRIBUTES=team, which is no key=value\nRun   returns an error",
	})
	select {
	case <-s.ended:
		if s.err != nil {
			return
		}
		f.Got = "OTEL_RESOURCE_ATTRIBUTES=team, which is no key=value\nRun   returns, and no error"
	case <-time.After(time.Second):
		f.Got = "OTEL_RESOURCE_ATTRIBUTES=team, which is no key=value\nRun   serves: GET /orders/42   " + s.get(known).String()
	}
	f.Cause = "A line in the log, and the service runs blind until somebody needs a trace. A mistake in the setup is there when\nthe service starts, and whoever starts it should hear of it: return the error. (A collector that can't be reached is\nno such mistake.)"
	recorder.Fail(t, f)
}

// A service should start, serve and end though there is no collector.
func TestCollectorDownHarmless(t *testing.T) {
	s := newService(t)
	s.cfg.FlushTimeout = time.Second
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1") // nobody listens there
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
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Cause = "Telemetry must not take the service down: nobody who asks for an order should notice that it can't be sent."
	}
	recorder.Fail(t, f)
}
