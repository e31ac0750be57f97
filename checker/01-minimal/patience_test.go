package minimal_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A longDrain is how Run has ended when one request used up all the time that
// requests are given, and another was answered shortly before. It is played on
// fake time, in a process of its own: there the exporters find the collector in
// the environment.
type longDrain struct {
	failed   string // why it could not be played, or ""
	answered bool
	span     bool // whether the answered request's has arrived
	counted  bool
	Status   string // of the request that was answered
	Returned bool   // whether Run did
	Err      string // what it returned
}

// The request that is answered in time comes shortly before the signal. Its span
// ends when the batch of the first five seconds has left (5.03 s after the
// start), and before the requests' time is up (after 5.1 s).
const (
	requestsAfter = 60 * time.Millisecond
	signalAfter   = 40 * time.Millisecond // after the requests
	answeredAfter = 4970 * time.Millisecond
	inTimeTrace   = "7133d07133d07133d07133d07133d071"
)

// endSlowly has a process play a long drain.
func endSlowly(t *testing.T) (d longDrain) {
	rec := receiver.NewClosing(t)
	if err := runErrand(t, errandDrain, &d, all+"="+rec.URL); err != nil {
		return longDrain{failed: err.Error()}
	}
	d.answered = d.Status == "200 OK"
	d.span = rec.HasServerSpan(inTimeTrace)
	d.counted = rec.Count(duration) > 0
	return d
}

// well reports whether it has ended as it should.
func (d longDrain) well() bool {
	return d.failed == "" && d.Returned && d.answered && d.span && d.counted
}

// must ends the check when a long drain has not ended well.
func (d longDrain) must(t *testing.T) {
	t.Helper()
	if d.well() {
		return
	}
	const title = "Run, when a request takes longer than five seconds\n"
	draw := func(answered, span, metric string) string {
		return title + recorder.Table([]string{"another one, shortly before they are over", answered},
			[]string{"its span", span}, []string{"the metrics", metric})
	}
	f := recorder.At(minimal.Run, finding.Finding{Want: draw("answered", "flushed", "flushed")})
	answered := "answered"
	if !d.answered {
		answered = "no answer"
		if d.Status != "" {
			answered = d.Status
		}
	}
	f.Got = draw(answered, flushed(d.span), flushed(d.counted))
	switch {
	case d.failed != "":
		f.Got = title + d.failed
	case !d.Returned:
		f.Got += "\nand Run has not returned a minute later"
	case d.Err != "":
		f.Got += "\nRun returns: " + strings.Join(slices.Compact(strings.Split(d.Err, "\n")), "; ")
	}
	if d.Returned && d.answered && strings.Contains(d.Err, context.DeadlineExceeded.Error()) {
		f.Cause = "Where the requests end soon, Run flushes what there is. Here they used up their time, and nothing was left for the flush:\neach of the two takes five seconds of its own, from when it begins."
	}
	needEverything(t)
	recorder.Fail(t, f)
}

// drain is the errand of endSlowly. The process ends with its report: what is
// still running in the bubble is nobody's business.
func drain() error {
	all := func(string, string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "drain", F: func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if err := report(drainInBubble()); err != nil {
				t.Fatal(err)
			}
			os.Exit(0)
		})
	}}}, nil, nil)
	return nil
}

func drainInBubble() (d longDrain) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ln := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	h := minimal.NewHandler()
	ended := make(chan error, 1)
	go func() {
		ended <- minimal.Run(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			takes, err := time.ParseDuration(r.URL.RawQuery)
			if err != nil {
				return // nobody else calls
			}
			time.Sleep(takes)
			h.ServeHTTP(w, r)
		}))
	}()
	time.Sleep(requestsAfter)
	answer := make(chan string, 1)
	go func() { answer <- ln.get(answeredAfter, inTimeTrace) }()
	go ln.get(20*time.Second, randomHex(16))
	time.Sleep(signalAfter)
	cancel()
	select {
	case err := <-ended:
		d.Returned = true
		if err != nil {
			d.Err = err.Error()
		}
	case <-time.After(time.Minute):
	}
	select {
	case d.Status = <-answer:
	case <-time.After(time.Minute):
	}
	return d
}

// pipes are a listener without a network, where time can pass.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// get makes a request that takes so long, and returns the status of the answer,
// or "".
func (l *pipes) get(takes time.Duration, trace string) string {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
	case <-l.closed:
		return ""
	}
	defer func() { _ = client.Close() }() // all has been read
	if _, err := fmt.Fprintf(client, "GET /?%v HTTP/1.1\r\nHost: shop\r\nConnection: close\r\ntraceparent: 00-%s-00f067aa0ba902b7-01\r\n\r\n", takes, trace); err != nil {
		return ""
	}
	said, err := io.ReadAll(client)
	if err != nil && len(said) == 0 {
		return ""
	}
	line, _, _ := strings.Cut(string(said), "\r\n")
	_, status, _ := strings.Cut(line, " ")
	return status
}
