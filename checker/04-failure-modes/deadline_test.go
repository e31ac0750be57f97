package failuremodes_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// How a collector hangs while a service ends, and how long its flush may take.
// Two values tell one that is read from one that is made up; each signal hangs
// once while the other does not.
var hanging = []struct {
	what    string
	paths   []string
	timeout time.Duration
}{
	{"the collector hangs", []string{"/v1/traces", "/v1/metrics"}, 200 * time.Millisecond},
	{"the collector hangs", []string{"/v1/traces", "/v1/metrics"}, 550 * time.Millisecond},
	{"the collector hangs with traces", []string{"/v1/traces"}, 200 * time.Millisecond},
	{"the collector hangs with metrics", []string{"/v1/metrics"}, 200 * time.Millisecond},
}

// The flush should end with FlushTimeout when the collector hangs.
func TestFlushHasDeadline(t *testing.T) {
	flushes := playHanging(t, 1)
	if slices.ContainsFunc(flushes, flush.late) && !slices.ContainsFunc(flushes, flush.hangs) {
		flushes = playHanging(t, 3) // a busy machine is slow: once more, with time
	}
	for _, f := range flushes {
		f.mustBeInTime(t)
	}
	mustDrainInTime(t)
	mustWaitInTime(t)
}

// A flush is what came of an end whose flush could not succeed.
type flush struct {
	what     string
	all      bool // nothing could be sent: it needs all of its time
	timeout  time.Duration
	limit    time.Duration // how long was waited for it
	answered bool          // requests, before the end
	returned bool          // Run
	took     time.Duration
	besides  time.Duration // what an end takes besides: the least of all of them
	slack    time.Duration // what is nobody's fault
}

func (f flush) hangs() bool { return !f.returned }

func (f flush) early() bool { return f.all && f.returned && f.took < f.timeout-50*time.Millisecond }

func (f flush) late() bool { return !f.returned || f.took > f.timeout+f.besides+f.slack }

// playHanging ends services while their collectors hang, all at once. slower
// multiplies what they may take.
func playHanging(t *testing.T, slower time.Duration) []flush {
	flushes := make([]flush, len(hanging))
	services := make([]*service, len(hanging))
	var old time.Time
	for i, h := range hanging {
		s := newService(t)
		s.cfg.FlushTimeout = h.timeout * slower
		s.endpoint = hangOn(t, s.collector, h.paths...)
		s.client.Timeout = time.Second
		s.start(t)
		flushes[i] = flush{
			what: h.what, all: len(h.paths) == 2, timeout: s.cfg.FlushTimeout, limit: 3*time.Second + s.cfg.FlushTimeout,
			answered: s.get(known).code != 0,
		}
		services[i] = s
		old = time.Now().Add(h.timeout * slower) // older than its flush may take
	}
	time.Sleep(time.Until(old))
	var all sync.WaitGroup
	for i, s := range services {
		all.Go(func() {
			f := &flushes[i]
			start := time.Now()
			f.returned = !strings.HasPrefix(s.end(f.limit), "still")
			f.took = time.Since(start)
		})
	}
	all.Wait()
	// A service may go on for a while before it drains, and drain before it
	// flushes. That takes as long whatever FlushTimeout is.
	besides := flushes[0].limit
	for _, f := range flushes {
		if f.returned {
			besides = min(besides, max(0, f.took-f.timeout))
		}
	}
	for i := range flushes {
		flushes[i].besides, flushes[i].slack = besides, slower*175*time.Millisecond // half of what the values differ by
	}
	return flushes
}

// hangOn returns the URL of a collector that hangs on those paths.
func hangOn(t *testing.T, collector *receiver.Receiver, paths ...string) (url string) {
	over := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, path := range paths {
			if path == r.URL.Path {
				select {
				case <-r.Context().Done():
				case <-over:
				}
				return
			}
		}
		collector.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); srv.Close() })
	return srv.URL
}

// mustBeInTime ends the check when Run has returned long before its flush's
// time was up, or after it.
func (f flush) mustBeInTime(t *testing.T) {
	t.Helper()
	if !f.early() && !f.late() {
		return
	}
	scene := fmt.Sprintf("%s, FlushTimeout is %d ms", f.what, f.timeout.Milliseconds())
	found := recorder.At(failuremodes.Run, finding.Finding{Want: scene + "\nRun returns soon after it", Got: scene})
	if !f.answered {
		recorder.Needs(t, "exporter-never-blocks", "collector-down-harmless")
	}
	recorder.Needs(t, "exporter-drains")
	switch {
	case f.early():
		recorder.Needs(t, "flush-survives-signal", "both-providers-flush", "drain-before-flush")
		found.Got += "\nRun returns before it"
		found.Cause = "The flush was not given its time, which is FlushTimeout, from when it begins. A deadline is a point in time: one that is\nmade when the service starts has passed long before the service ends."
	case f.returned:
		found.Got += fmt.Sprintf("\nRun returns after %.1f s", f.took.Seconds())
		found.Cause = "The flush has a deadline, and it is another one. How long all of it may take together is in Config: FlushTimeout."
	default:
		found.Got += fmt.Sprintf("\nstill running %s after the end", spelled(f.limit))
		found.Cause = "Shutdown waits as long as its context allows. How long it may take is in Config: FlushTimeout. The platform that\nstops the service waits half a minute, then kills it; with it goes whatever else had to be finished."
	}
	recorder.Fail(t, found)
}
