package minimal_test

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// The variables that name a collector: of all signals, and of each one.
const (
	all       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	ofTraces  = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	ofMetrics = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
)

// The signals, and where a receiver takes them.
const (
	traces, metrics     = "traces", "metrics"
	tracesAt, metricsAt = "/v1/traces", "/v1/metrics"
)

// An environment is what a deployment has set when the process starts, and
// where each signal should go for it.
type environment struct {
	what            string             // as a reader reads it
	env             []string           // NAME=value
	traces, metrics *receiver.Receiver // nil: to the default, http://localhost:4318
}

// to returns where a signal should go.
func (e environment) to(signal string) *receiver.Receiver {
	return map[string]*receiver.Receiver{traces: e.traces, metrics: e.metrics}[signal]
}

// nonceInEnv tells a process under which nonce to send.
const nonceInEnv = "WORKSHOP_NONCE"

// A sending is what became of the signals of one process.
type sending struct {
	nonce string
	errs  map[string]string // by signal; "" for none
}

// sendIn has a process with this environment export one span and one metric
// through the learner's OTLP exporters.
func sendIn(t *testing.T, e environment) (s sending, err error) {
	s.nonce = rand.Text()
	err = runErrand(t, errandSend, &s.errs, append(e.env, nonceInEnv+"="+s.nonce)...)
	return s, err
}

// send is the errand of sendIn.
func send() error {
	if err := receiver.Trust(); err != nil {
		return err
	}
	o, err := makeOTLP(os.Getenv(nonceInEnv))
	if err != nil {
		return err
	}
	var both sync.WaitGroup
	both.Go(o.sendTraces)
	both.Go(o.sendMetrics)
	both.Wait()
	say := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	return report(map[string]string{traces: say(o.tracesErr), metrics: say(o.metricsErr)})
}

// sendInEach has each environment's process send, all at the same time, and
// returns their sendings in that order.
func sendInEach(t *testing.T, environments []environment, want string) []sending {
	t.Helper()
	sendings := make([]sending, len(environments))
	errs := make([]error, len(environments))
	var processes sync.WaitGroup
	for i, e := range environments {
		processes.Go(func() { sendings[i], errs[i] = sendIn(t, e) })
	}
	processes.Wait()
	mustSend(t, want, errs...)
	return sendings
}

// mustSend ends the check when a process could not even try.
func mustSend(t *testing.T, want string, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		if strings.Contains(first, "dial tcp") { // already while it was made
			recorder.Needs(t, "plain-http-by-default")
		}
		recorder.Fail(t, recorder.At(minimal.OTLP, finding.Finding{Want: want, Got: "nothing sent: " + first}))
	}
}

// at says what became of a signal at a receiver.
func (s sending) at(rec *receiver.Receiver, signal string) string {
	var err error
	if _, hostport, _ := strings.Cut(rec.URL, "://"); strings.Contains(s.errs[signal], hostport) {
		err = errors.New(s.errs[signal]) // it tells of this address: what happened at another one is beside the point
	}
	seen := rec.Seen(s.nonce)
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), rec.URL, "…")) // which port it was says nothing
	}
	return fate(map[string]bool{traces: seen.Traces, metrics: seen.Metrics}[signal], err)
}

// fate says what became of one signal.
func fate(seen bool, err error) string {
	switch {
	case seen:
		return "received"
	case err != nil:
		text, _, _ := strings.Cut(err.Error(), " (body:") // what some server had to say about it
		return "not received: " + text
	}
	return "it went somewhere else"
}

// short leaves out what all those variables begin with.
func short(variables string) string { return strings.ReplaceAll(variables, "OTEL_EXPORTER_OTLP_", "") }

// A comparison is a table of what was wanted of signals in environments, and
// what came.
type comparison struct{ want, got [][]string }

func (c *comparison) add(what, signal, wanted, came string) {
	c.want = append(c.want, []string{short(what), signal, wanted})
	c.got = append(c.got, []string{short(what), signal, came})
}

// differs reports whether anything came that was not wanted.
func (c comparison) differs() bool { return recorder.Table(c.want...) != recorder.Table(c.got...) }

// finding shows the rows that differ, below a title.
func (c comparison) finding(title string) finding.Finding {
	want, got := [][]string{{title}}, [][]string{{title}}
	for i, row := range c.want {
		if row[2] != c.got[i][2] {
			want, got = append(want, row), append(got, c.got[i])
		}
	}
	return finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)}
}

// came returns what came of a signal in an environment.
func (c comparison) came(what, signal string) string {
	for _, row := range c.got {
		if row[0] == short(what) && row[1] == signal {
			return row[2]
		}
	}
	return ""
}
