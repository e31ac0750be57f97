package minimal_test

import (
	"errors"
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
	want := recorder.Table(
		[]string{traces, "received on http://localhost:4318/v1/traces"},
		[]string{metrics, "received on http://localhost:4318/v1/metrics"})
	mustNotConnect(t)
	mustStart(t)
	o := mustOTLP(t, want)
	seen, rec, held := sendToDefault(t, func() (nonce string, err error) {
		o.sendTraces()
		o.sendMetrics()
		return o.nonce, errors.Join(o.tracesErr, o.metricsErr)
	}, func(s probe.Signals) bool { return s.Traces && s.Metrics })
	if held != "" {
		t.Skip("another program holds " + held + ": stop it to see where your exporters send")
	}
	if seen.Traces && seen.Metrics {
		return
	}
	f := atCall(t, minimal.OTLP, finding.Finding{
		Want: want,
		Got: recorder.Table(
			[]string{traces, fate(seen.Traces, o.tracesErr)},
			[]string{metrics, fate(seen.Metrics, o.metricsErr)}),
	}, "WithEndpointURL", "WithEndpoint")
	said := f.Got
	// Where the workshop's collector has the port, the exporter's error tells.
	atRoot := rec != nil && slices.Contains(rec.Paths(), "/") || strings.Contains(said, ":4318/: ")
	switch {
	case isWholeAddress(said):
		f.Cause = takesHostAndPort
	case strings.Contains(said, "server gave HTTP response to HTTPS client") || strings.Contains(said, "tls:"):
		f.Cause = "The exporter speaks https, as an OTLP exporter does unless it is told otherwise, and a collector on your own machine\nrarely does. The service would run on, with a line in its log for each batch that is lost."
	case strings.Contains(said, ":4317"):
		f.Cause = "On port 4317 a collector takes OTLP over gRPC. Over HTTP it takes it on 4318."
	case atRoot:
		f.Cause = "What arrives is posted to /: WithEndpointURL takes the whole address, path and all, http://localhost:4318/v1/traces."
	}
	recorder.Fail(t, f)
}

const defaultPort = "127.0.0.1:4318"

// sendToDefault has send send something under a nonce while somebody of ours
// listens where telemetry goes by default, and says what has arrived there.
// That is a receiver of our own (rec), if the port is free; the workshop's
// collector and other checks answer for us when they have it, or the half of it
// that is the other family's. They may go at any moment, with what they were
// sent: what has not arrived is evidence only if one of them had 127.0.0.1
// before, and the same ones are there after. held is the address that a foreign
// program holds, or where others come and go without end.
func sendToDefault(t *testing.T, send func() (nonce string, err error), enough func(probe.Signals) bool) (seen probe.Signals, rec *receiver.Receiver, held string) {
	deadline := time.Now().Add(5 * time.Second)
	for hungUp := 0; ; {
		for {
			if rec == nil {
				rec, _ = receiver.On(t, defaultPort)
			}
			if held = foreign(t, rec == nil); held == "" {
				break
			}
			if time.Now().After(deadline) {
				return seen, rec, held
			}
			time.Sleep(50 * time.Millisecond)
		}
		before := holders(t)
		nonce, failed := send()
		now, err := probe.Seen(t.Context(), defaultPort, nonce)
		seen = probe.Signals{Traces: seen.Traces || now.Traces, Metrics: seen.Metrics || now.Metrics}
		switch {
		case err == nil && enough(seen):
			return seen, rec, ""
		case err == nil && before[0] != "" && holders(t) == before:
			// A connection of the last time may have been used again, whose
			// other end is gone.
			if hungUp++; !isHangUp(failed) || hungUp == 3 {
				return seen, rec, ""
			}
		case time.Now().After(deadline):
			return seen, rec, defaultPort
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// holders tells who has the two halves of localhost's port.
func holders(t *testing.T) (ids [2]string) {
	for i, addr := range []string{defaultPort, otherFamily} {
		if answers(addr) {
			ids[i] = probe.Who(t.Context(), addr)
		}
	}
	return ids
}

// isHangUp reports whether an export failed because the other end went while it
// was under way.
func isHangUp(err error) bool {
	return err != nil && slices.ContainsFunc([]string{"EOF", "connection reset", "broken pipe", "forcibly closed"}, func(word string) bool {
		return strings.Contains(err.Error(), word)
	})
}

// otherFamily is what localhost may mean as well. Exporters take the first that
// answers.
const otherFamily = "[::1]:4318"

// answers reports whether somebody listens on an address.
func answers(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close() // it was a question, and this the answer
	return true
}

// foreign returns the address on port 4318 that a program which is not ours
// holds, or "".
func foreign(t *testing.T, taken bool) string {
	if taken && !probe.IsWorkshop(t.Context(), defaultPort) {
		return defaultPort
	}
	if !answers(otherFamily) || probe.IsWorkshop(t.Context(), otherFamily) {
		return ""
	}
	return otherFamily
}
