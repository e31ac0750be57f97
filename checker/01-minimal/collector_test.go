package minimal_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/collector/probe"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Without any settings, traces and metrics should go to http://localhost:4318, in the clear.
func TestPlainHttpByDefault(t *testing.T) {
	const port = "127.0.0.1:4318"
	want := recorder.Table(
		[]string{"traces", "received on http://localhost:4318/v1/traces"},
		[]string{"metrics", "received on http://localhost:4318/v1/metrics"})
	e := newOTLP(t, want)

	// Somebody has to listen there: we do, if the port is free; the workshop's
	// collector and other checks answer for us when they have it.
	var rec *receiver.Receiver
	var seen probe.Signals
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		rec, _ = receiver.On(t, port)
		if held := foreign(t, rec == nil); held != "" {
			if time.Now().Before(deadline) {
				continue
			}
			t.Skip("another program holds " + held + ": stop it to see where your exporters send")
		}
		e.sendTraces(t)
		e.sendMetrics(t)
		var err error
		if seen, err = probe.Seen(t.Context(), port, e.nonce); err == nil || time.Now().After(deadline) {
			break // else: whoever had the port has just gone
		}
	}
	if seen.Traces && seen.Metrics {
		return
	}
	f := recorder.At(minimal.OTLP, finding.Finding{
		Want: want,
		Got: recorder.Table(
			[]string{"traces", fate(seen.Traces, e.tracesErr)},
			[]string{"metrics", fate(seen.Metrics, e.metricsErr)}),
	})
	atRoot := rec != nil && slices.Contains(rec.Paths(), "/")
	switch said := fate(false, e.tracesErr) + fate(false, e.metricsErr); {
	case strings.Contains(said, "%2F") || strings.Contains(said, "invalid port"):
		f.Cause = "WithEndpoint takes a host and a port, localhost:4318. For a whole address there is WithEndpointURL."
	case strings.Contains(said, "https://") || strings.Contains(said, "tls"):
		f.Cause = "An OTLP exporter speaks https unless it is told otherwise, and a collector on your own machine rarely does.\nThe service would run on, with a line in its log for each batch that is lost."
	case atRoot || strings.Contains(said, "404"):
		f.Cause = "WithEndpointURL takes the whole address, path and all: http://localhost:4318/v1/traces."
	}
	recorder.Fail(t, f)
}

// foreign returns the address on port 4318 that a program which is not ours
// holds, or "". localhost may mean either family, and exporters take the first
// that answers.
func foreign(t *testing.T, taken bool) string {
	if taken && !probe.IsWorkshop(t.Context(), "127.0.0.1:4318") {
		return "127.0.0.1:4318"
	}
	conn, err := net.DialTimeout("tcp", "[::1]:4318", time.Second)
	if err != nil {
		return ""
	}
	_ = conn.Close() // it was a question, and this the answer
	if probe.IsWorkshop(t.Context(), "[::1]:4318") {
		return ""
	}
	return "[::1]:4318"
}
