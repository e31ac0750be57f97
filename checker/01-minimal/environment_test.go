package minimal_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/stray"
	minimal "otel.workshop/steps/01-minimal"
)

// both names the collector of all signals.
const both = "OTEL_EXPORTER_OTLP_ENDPOINT"

// OTEL_EXPORTER_OTLP_ENDPOINT, and its variants for one signal, should decide where telemetry goes.
func TestEndpointFromEnvironment(t *testing.T) {
	header := []string{"OTEL_EXPORTER_OTLP_…", "", "at that collector"}
	want, got := [][]string{header}, [][]string{header}
	add := func(variables, name, fate string) {
		variables = strings.ReplaceAll(variables, "OTEL_EXPORTER_OTLP_", "")
		want = append(want, []string{variables, name, "received"})
		got = append(got, []string{variables, name, fate})
	}
	text := recorder.Table([]string{both, "traces and metrics", "received"})
	for _, s := range signals {
		rec := receiver.New(t)
		add(both, s.name, sent(t, s, rec, text, both, rec.URL))
	}
	for _, s := range signals {
		rec := receiver.New(t)
		add(s.variable, s.name, sent(t, s, rec, text, s.variable, rec.URL+s.path))
	}
	for _, s := range signals {
		rec := receiver.New(t)
		fate := sent(t, s, rec, text, both, receiver.New(t).URL, s.variable, rec.URL+s.path)
		add(s.variable+" beside "+both, s.name, fate)
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := recorder.At(minimal.OTLP, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "An option in the code beats the environment: whoever deploys this service can't send its telemetry anywhere else.\nPass the option only when the environment names no collector, neither for this signal nor for all.",
	})
	if strings.Contains(f.Got, "404") {
		f.Cause = "The variable of one signal is used as it is; only to OTEL_EXPORTER_OTLP_ENDPOINT the path is appended.\nThe exporters know that: without an option they read both."
	}
	recorder.Fail(t, f)
}

// sent makes exporters in an environment with these variables, names and
// values in turn, sends one signal, and says what became of it at rec.
func sent(t *testing.T, s otelSignal, rec *receiver.Receiver, want string, env ...string) string {
	t.Helper()
	defer withEnv(t, env...)()
	o := newOTLP(t, want)
	s.send(o, t)
	return fate(s.seen(rec.Seen(o.nonce)), about(rec, s.err(o)))
}

// withEnv sets variables and returns a function that makes the environment of
// OpenTelemetry what it was, whatever has been set in between.
func withEnv(t *testing.T, env ...string) (restore func()) {
	t.Helper()
	before := os.Environ()
	for i := 0; i < len(env); i += 2 {
		if err := os.Setenv(env[i], env[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for _, kv := range os.Environ() {
			if name, _, _ := strings.Cut(kv, "="); stray.Variable(name) {
				_ = os.Unsetenv(name) // it is there
			}
		}
		for _, kv := range before {
			if name, value, _ := strings.Cut(kv, "="); stray.Variable(name) {
				_ = os.Setenv(name, value) // it was there
			}
		}
	}
}

// An https endpoint in the environment should stay encrypted.
func TestTlsFromEnvironment(t *testing.T) {
	trusted, stranger := receiver.NewTLS(t, true), receiver.NewTLS(t, false)
	header := []string{"https endpoint in", "", ""}
	want, got := [][]string{header}, [][]string{header}
	text := recorder.Table([]string{both + "=https://…", "traces and metrics", "received over TLS"})
	unreached := false
	try := func(variable string, s otelSignal, rec *receiver.Receiver, url, wanted string) {
		defer withEnv(t, variable, url)()
		o := newOTLP(t, text)
		clearBefore := rec.InTheClear()
		s.send(o, t)
		for range 50 { // a server refuses what comes in the clear first, and tells of it then
			if s.err(o) == nil || rec.InTheClear() > clearBefore || !strings.Contains(s.err(o).Error(), "400") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		fate := fate(s.seen(rec.Seen(o.nonce)), about(rec, s.err(o)))
		switch {
		case rec.InTheClear() > clearBefore:
			fate = "sent in the clear"
		case fate == "received":
			fate = "received over TLS"
		case rec == stranger:
			fate = "refused"
		default:
			unreached = true
		}
		name := variable
		if rec == stranger {
			name += ", of an impostor"
		}
		want = append(want, []string{name, s.name, wanted})
		got = append(got, []string{name, s.name, fate})
	}
	for _, s := range signals {
		try(both, s, trusted, trusted.URL, "received over TLS")
	}
	for _, s := range signals {
		try(s.variable, s, trusted, trusted.URL+s.path, "received over TLS")
	}
	for _, s := range signals {
		try(both, s, stranger, stranger.URL, "refused")
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := recorder.At(minimal.OTLP, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case strings.Contains(f.Got, "sent in the clear"):
		f.Cause = "WithInsecure takes the s out of an https endpoint too, wherever it comes from.\nUse it, or a http:// URL, only when the environment names no collector, neither for this signal nor for all."
	case unreached:
		recorder.Needs(t, "endpoint-from-environment")
	default:
		f.Cause = "Whoever stands between the service and its collector can pretend to be the collector:\nthe certificate has to be verified."
	}
	recorder.Fail(t, f)
}
