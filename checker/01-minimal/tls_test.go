package minimal_test

import (
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	minimal "otel.workshop/steps/01-minimal"
)

// An https endpoint in the environment should stay encrypted.
func TestTlsFromEnvironment(t *testing.T) {
	text := recorder.Table([]string{all + "=https://…", "traces and metrics", "received over TLS"})
	var c comparison
	encrypted := encryptedCollectors(t)
	sendings := sendInEach(t, encrypted, text)
	unreached := false
	for i, e := range encrypted {
		for _, signal := range []string{traces, metrics} {
			rec, impostor := e.to(signal), strings.Contains(e.what, "impostor")
			came, wanted := sendings[i].at(rec, signal), "received over TLS"
			if impostor {
				wanted = "refused"
			}
			switch {
			case clearly(rec, came):
				came = "sent in the clear"
			case came == "received":
				came = "received over TLS"
			case impostor:
				came = "refused"
			default:
				unreached = true
			}
			c.add(e.what, signal, wanted, came)
		}
	}
	if !c.differs() {
		return
	}
	f := recorder.At(minimal.OTLP, c.finding("https endpoint in OTEL_EXPORTER_OTLP_…"))
	switch {
	case strings.Contains(f.Got, "sent in the clear"):
		if insecure := callOf(t, "WithInsecure"); insecure.line > 0 {
			f.File, f.Line = insecure.file, insecure.line
			f.Cause = "WithInsecure takes the s out of an https endpoint too, wherever it comes from.\nUse it, or a http:// URL, only when the environment names no collector, neither for this signal nor for all."
		}
	case unreached:
		recorder.Needs(t, "endpoint-from-environment")
	default:
		f = atCall(t, minimal.OTLP, f, "WithTLSClientConfig", "WithHTTPClient")
		f.Cause = "Whoever stands between the service and its collector can pretend to be the collector:\nthe certificate has to be verified."
	}
	recorder.Fail(t, f)
}

// encryptedCollectors are the ways in which an environment names a collector
// that speaks https. Each row has receivers of its own, which count what comes
// to them in the clear.
func encryptedCollectors(t *testing.T) []environment {
	// One server that is trusted, in each process; the others are impostors.
	row := func(what string, env func(tls *receiver.Receiver) []string) environment {
		rec := receiver.NewTLS(t)
		return environment{what: what, env: env(rec), traces: rec, metrics: rec}
	}
	of := func(tls *receiver.Receiver) []string {
		return []string{ofTraces + "=" + tls.URL + tracesAt, ofMetrics + "=" + tls.URL + metricsAt}
	}
	const ofEach = "TRACES_ and METRICS_ENDPOINT"
	elsewhere := receiver.New(t).URL // in the clear
	stranger := receiver.NewTLS(t)
	return []environment{
		row(all, func(tls *receiver.Receiver) []string {
			return append(receiver.Trusting(tls), all+"="+tls.URL)
		}),
		row(ofEach, func(tls *receiver.Receiver) []string {
			return append(receiver.Trusting(tls), of(tls)...)
		}),
		row(ofEach+", beside ENDPOINT=http://…", func(tls *receiver.Receiver) []string {
			return append(receiver.Trusting(tls), append(of(tls), all+"="+elsewhere)...)
		}),
		row(all+", of an impostor", func(tls *receiver.Receiver) []string {
			return append(receiver.Trusting(stranger), all+"="+tls.URL)
		}),
		row(ofEach+", of an impostor", func(tls *receiver.Receiver) []string {
			return append(receiver.Trusting(stranger), of(tls)...)
		}),
	}
}

// clearly reports whether something came to a TLS receiver in the clear. A
// server refuses that first, and tells of it then.
func clearly(rec *receiver.Receiver, came string) bool {
	for range 50 {
		if rec.InTheClear() > 0 || !strings.Contains(came, "400") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return rec.InTheClear() > 0 && came != "received"
}
