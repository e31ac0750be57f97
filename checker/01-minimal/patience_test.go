package minimal_test

import (
	"cmp"
	"context"
	"errors"
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

// A fakeEnd is how Run has ended on fake time, in a process of its own: there
// the exporters find the collector in the environment.
type fakeEnd struct {
	scene    fakeScene
	failed   string // why it could not be played, or ""
	answered bool
	span     bool // whether the answered request's has arrived
	counted  bool
	Status   string // of the request that was answered
	Returned bool   // whether Run did
	Err      string // what it returned
}

// A fakeScene is something that Run comes to its end by.
type fakeScene struct {
	what    string // as a finding says it
	request string // the one that is answered
	errand  string
	fails   string // the error that ends it, or ""
}

var (
	// One request uses up all the time that requests are given, and another is
	// answered shortly before.
	longDrain = fakeScene{"Run, when a request takes longer than five seconds", "another one, shortly before they are over", errandDrain, ""}
	// There is nothing left to serve.
	brokenListener = fakeScene{"Run, when its listener breaks", "a request before that", errandBreak, "the listener is broken"}
)

// The request that is answered in time comes shortly before the signal. Its span
// ends when the batch of the first five seconds has left (5.03 s after the
// start), and before the requests' time is up (after 5.1 s).
const (
	requestsAfter = 60 * time.Millisecond
	signalAfter   = 40 * time.Millisecond // after the requests
	answeredAfter = 4970 * time.Millisecond
	inTimeTrace   = "7133d07133d07133d07133d07133d071"
)

// play has a process play a scene.
func (s fakeScene) play(t *testing.T) fakeEnd {
	e := fakeEnd{scene: s}
	rec := receiver.NewClosing(t)
	if err := runErrand(t, s.errand, &e, all+"="+rec.URL); err != nil {
		return fakeEnd{scene: s, failed: stamp.ReplaceAllString(err.Error(), "")}
	}
	e.answered = e.Status == "200 OK"
	e.span = rec.HasServerSpan(inTimeTrace)
	e.counted = rec.Count(duration) > 0
	return e
}

// well reports whether it has ended as it should.
func (e fakeEnd) well() bool {
	return e.failed == "" && e.Returned && e.answered && e.span && e.counted
}

// must ends the check when Run has not ended well.
func (e fakeEnd) must(t *testing.T) {
	t.Helper()
	if e.well() {
		return
	}
	draw := func(answered, span, metric string) string {
		return e.scene.what + "\n" + recorder.Table([]string{e.scene.request, answered},
			[]string{"its span", span}, []string{"the metrics", metric})
	}
	f := recorder.At(minimal.Run, finding.Finding{Want: draw("answered", "flushed", "flushed")})
	answered := "answered"
	if !e.answered {
		answered = "no answer"
		if e.Status != "" {
			answered = e.Status
		}
	}
	f.Got = draw(answered, flushed(e.span), flushed(e.counted))
	switch {
	case e.failed != "":
		f.Got = e.scene.what + "\n" + e.failed
	case !e.Returned:
		f.Got += "\nand Run has not returned a minute later"
	case e.Err != "":
		f.Got += "\nRun returns: " + strings.Join(slices.Compact(strings.Split(e.Err, "\n")), "; ")
	}
	switch {
	case e.scene.fails != "" && strings.Contains(e.failed, e.scene.fails):
		f.Cause = "Those were the process's last words: it has ended before Run returned, and so nothing was flushed. Run returns the error,\nand main alone may end the process with it."
	case e.scene == longDrain && e.Returned && e.answered && strings.Contains(e.Err, context.DeadlineExceeded.Error()):
		f.Cause = "Where the requests end soon, Run flushes what there is. Here they used up their time, and nothing was left for the flush:\neach of the two takes five seconds of its own, from when it begins."
	}
	needEverything(t)
	recorder.Fail(t, f)
}

// inFakeTime is an errand: play in a bubble, and report what came of it. The
// process ends with its report: what is still running in the bubble is nobody's
// business.
func inFakeTime(play func() fakeEnd) error {
	all := func(string, string) (bool, error) { return true, nil }
	testing.Main(all, []testing.InternalTest{{Name: "play", F: func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if err := report(play()); err != nil {
				t.Fatal(err)
			}
			os.Exit(0)
		})
	}}}, nil, nil)
	return nil
}

// drain is the errand of longDrain.
func drain() (e fakeEnd) {
	r := runOnPipes()
	time.Sleep(requestsAfter)
	answer := make(chan string, 1)
	go func() { answer <- r.ln.get(answeredAfter, inTimeTrace) }()
	go r.ln.get(20*time.Second, randomHex(16))
	time.Sleep(signalAfter)
	r.stop()
	r.awaitEnd(&e, time.Minute)
	select {
	case e.Status = <-answer:
	case <-time.After(time.Minute):
	}
	return e
}

// breakDown is the errand of brokenListener.
func breakDown() (e fakeEnd) {
	r := runOnPipes()
	time.Sleep(requestsAfter)
	e.Status = r.ln.get(0, inTimeTrace)
	r.ln.fail(errors.New(brokenListener.fails))
	if r.awaitEnd(&e, 10*time.Second); !e.Returned { // it may as well wait for the signal
		r.stop()
		r.awaitEnd(&e, time.Minute)
	}
	return e
}

// A running is a Run under way, with NewHandler's handler, which takes as long
// as each request says.
type running struct {
	ln    *pipes
	stop  context.CancelFunc
	ended chan error
}

func runOnPipes() running {
	ctx, stop := context.WithCancel(context.Background())
	r := running{&pipes{conns: make(chan net.Conn), closed: make(chan struct{})}, stop, make(chan error, 1)}
	h := minimal.NewHandler()
	go func() {
		r.ended <- minimal.Run(ctx, r.ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			takes, err := time.ParseDuration(r.URL.RawQuery)
			if err != nil {
				return // nobody else calls
			}
			time.Sleep(takes)
			h.ServeHTTP(w, r)
		}))
	}()
	return r
}

// awaitEnd waits for Run to return, and notes how it did.
func (r running) awaitEnd(e *fakeEnd, limit time.Duration) {
	select {
	case err := <-r.ended:
		e.Returned = true
		if err != nil {
			e.Err = err.Error()
		}
	case <-time.After(limit):
	}
}

// pipes are a listener without a network, where time can pass.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	err    error // what Accept returns once it is closed; nil is net.ErrClosed
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, cmp.Or(l.err, net.ErrClosed)
	}
}

// fail breaks the listener.
func (l *pipes) fail(err error) {
	l.once.Do(func() { l.err = err; close(l.closed) })
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
