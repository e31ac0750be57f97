package minimal_test

import (
	"errors"
	"strings"
	"testing"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/collector/probe"
	minimal "otel.workshop/steps/01-minimal"
)

// OTEL_EXPORTER_OTLP_ENDPOINT, and its variants for one signal, should decide where telemetry goes.
func TestEndpointFromEnvironment(t *testing.T) {
	named := namedCollectors(t)
	sendings := sendInEach(t, named, recorder.Table([]string{all, "traces and metrics", "received"}))
	var c comparison
	for i, e := range named {
		for _, signal := range []string{traces, metrics} {
			if rec := e.to(signal); rec != nil {
				c.add(e.what, signal, "received", sendings[i].at(rec, signal))
			}
		}
	}
	if !c.differs() {
		defaultStays(t, named)
		return
	}
	f := atCall(t, minimal.OTLP, c.finding("OTEL_EXPORTER_OTLP_…"), "WithEndpointURL", "WithEndpoint")
	arrives := func(what string) bool {
		return c.came(what, traces) == "received" && c.came(what, metrics) == "received"
	}
	alone := c.came(ofTraces, traces) == "received" && c.came(ofMetrics, metrics) == "received"
	switch {
	case !alone && strings.Contains(c.came(ofTraces, traces)+c.came(ofMetrics, metrics), "404"):
		f.Cause = "The variable of one signal is used as it is; only to OTEL_EXPORTER_OTLP_ENDPOINT the path is appended.\nThe exporters know that: without an option they read both."
	case !arrives(all) && callOf(t, "WithEndpointURL", "WithEndpoint").line > 0:
		f.Cause = "An option in the code beats the environment: whoever deploys this service can't send its telemetry anywhere else.\nPass the option only when the environment names no collector, neither for this signal nor for all."
	case arrives(all) && !arrives(all+withPath):
		f.Cause = "OTEL_EXPORTER_OTLP_ENDPOINT is a base, and may have a path of its own: /v1/traces and /v1/metrics come after it."
	case arrives(all) && !alone:
		f.Cause = "OTEL_EXPORTER_OTLP_ENDPOINT counts, and the variable of one signal does not where it stands alone."
	case arrives(all) && alone:
		f.Cause = "Beside OTEL_EXPORTER_OTLP_ENDPOINT, the variable of a signal should win for that signal, and for no other."
	}
	recorder.Fail(t, f)
}

const withPath = ", with a path"

// namedCollectors are the ways in which an environment names a collector.
func namedCollectors(t *testing.T) []environment {
	const tracesTo, metricsTo = "/of/traces", "/of/metrics"
	base, below := receiver.New(t), receiver.New(t)
	below.Take(tracesAt, "/otlp"+tracesAt)
	below.Take(metricsAt, "/otlp"+metricsAt)
	own := receiver.New(t)
	own.Take(tracesAt, tracesTo)
	own.Take(metricsAt, metricsTo)
	return []environment{
		{what: all, env: []string{all + "=" + base.URL}, traces: base, metrics: base},
		{what: all + withPath, env: []string{all + "=" + below.URL + "/otlp"}, traces: below, metrics: below},
		{what: ofTraces, env: []string{ofTraces + "=" + own.URL + tracesTo}, traces: own},
		{what: ofMetrics, env: []string{ofMetrics + "=" + own.URL + metricsTo}, metrics: own},
		{what: ofTraces + " beside ENDPOINT", env: []string{all + "=" + base.URL, ofTraces + "=" + own.URL + tracesTo}, traces: own, metrics: base},
		{what: ofMetrics + " beside ENDPOINT", env: []string{all + "=" + base.URL, ofMetrics + "=" + own.URL + metricsTo}, traces: base, metrics: own},
	}
}

// defaultStays ends the check when the variable of one signal has an influence
// on the other one, which should go where it goes without any settings. Where a
// foreign program holds that port it can't be seen.
func defaultStays(t *testing.T, named []environment) {
	var c comparison
	for _, e := range named {
		signal, arrived := traces, func(s probe.Signals) bool { return s.Traces }
		if e.metrics == nil {
			signal, arrived = metrics, func(s probe.Signals) bool { return s.Metrics }
		} else if e.traces != nil {
			continue
		}
		const wanted = "received on http://localhost:4318"
		var s sending
		seen, _, held := sendToDefault(t, func() (nonce string, failed error) {
			var err error
			s, err = sendIn(t, e)
			mustSend(t, signal+"   "+wanted, err)
			return s.nonce, errors.New(s.errs[signal])
		}, arrived)
		if held != "" {
			return
		}
		fate := wanted
		if !arrived(seen) {
			fate = "not received: " + s.errs[signal]
		}
		c.add(e.what+" alone", signal, wanted, fate)
	}
	if !c.differs() {
		return
	}
	recorder.Needs(t, "plain-http-by-default")
	f := recorder.At(minimal.OTLP, c.finding("OTEL_EXPORTER_OTLP_…"))
	f.Cause = "The variable of one signal says nothing about the other: that one goes where it would go without any settings."
	recorder.Fail(t, f)
}
