package minimal_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Every request that the service has answered should have its span, also the last one before SIGTERM.
func TestLastRequestSurvives(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to send")
	}
	want := recorder.Table([]string{"after SIGTERM", "in flight", "every request was answered"},
		[]string{"", "answered", "every request has its span"}, []string{"", "the process", "exit status 0"})
	rec := receiver.New(t)
	p, err := recorder.Start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+rec.URL)
	if err != nil {
		needEverything(t)
		recorder.Fail(t, recorder.At(minimal.Run, finding.Finding{Want: want, Got: err.Error()}))
	}

	calls := callUntilEnd(p, 200*time.Millisecond)
	exit := "still running 5 s later"
	if p.Ended(5 * time.Second) {
		exit = p.Exit()
	}
	spans := 0
	for _, trace := range calls.answered {
		if rec.HasServerSpan(trace) {
			spans++
		}
	}
	if len(calls.answered) > 0 && spans == len(calls.answered) && calls.cutOff == 0 && exit == "exit status 0" {
		return
	}

	inFlight := "every request was answered"
	if calls.cutOff > 0 {
		inFlight = fmt.Sprintf("%d requests were cut off", calls.cutOff)
	}
	got := recorder.Table([]string{"after SIGTERM", "in flight", inFlight},
		[]string{"", "answered", fmt.Sprintf("%d of %d requests have their span", spans, len(calls.answered))},
		[]string{"", "the process", exit})
	if words := p.LastWords(); words != "" {
		got += "\nits last words: " + words
	}
	f := recorder.At(minimal.Run, finding.Finding{Want: want, Got: got})
	switch {
	case exit == "still running 5 s later":
		f.Cause = "Whoever catches the signal has to end the process: the server must be shut down as well."
	case exit != "exit status 0":
		f.Cause = "A process that is stopped on purpose should end well. log.Fatal and os.Exit skip every\ndeferred call, the flush among them; and http.ErrServerClosed is no failure."
	case len(calls.answered) == 0:
		f.Cause = "No request was answered at all: Run has to serve h on the listener that it is given."
	case calls.cutOff > 0:
		f.Cause = "The server was closed with requests in it: http.Server.Shutdown waits for them."
	default:
		f.Cause = "Some requests were answered, and what they recorded was not flushed any more."
	}
	needEverything(t)
	recorder.Fail(t, f)
}

// needEverything declares what has to work before the end of a real program
// can be blamed: that it can be set up, and that spans reach the collector.
func needEverything(t *testing.T) {
	recorder.Needs(t, "requests-traced", "service-name", "providers-global", "context-extracted",
		"plain-http-by-default", "shutdown-flushes-both", "endpoint-from-environment")
}

// calls is what came of calling a service until its end.
type calls struct {
	answered []string // trace ids of the requests that got their 200
	cutOff   int      // requests that had arrived, and got none
}

// callUntilEnd calls the service from several sides and sends SIGTERM after a
// while. A service that doesn't mind the signal is called for two more seconds.
func callUntilEnd(p *recorder.Program, while time.Duration) *calls {
	var (
		c         calls
		mu        sync.Mutex
		callers   sync.WaitGroup
		transport http.Transport
	)
	client := &http.Client{Transport: &transport, Timeout: 5 * time.Second}
	term := time.Now().Add(while)
	once := func(path string) bool {
		trace := randomHex(16)
		arrived, ok := call(client, "http://"+p.Addr+path, "00-"+trace+"-"+randomHex(8)+"-01")
		mu.Lock()
		defer mu.Unlock()
		switch {
		case ok:
			c.answered = append(c.answered, trace)
		case arrived:
			c.cutOff++
		}
		return ok
	}
	for range 8 {
		callers.Go(func() {
			for time.Now().Before(term.Add(2*time.Second)) && once("/") {
			}
		})
	}
	time.Sleep(time.Until(term.Add(-100 * time.Millisecond)))
	callers.Go(func() { once("/?slow") }) // certainly in flight at the signal
	time.Sleep(time.Until(term))
	// An idle connection that has carried no request yet would keep a correct
	// server waiting for five seconds.
	transport.CloseIdleConnections()
	_ = p.Signal(syscall.SIGTERM) // an error says that it has ended already, which Ended tells
	callers.Wait()
	return &c
}

// call reports whether a request has arrived, and whether it got an answer, with
// status 200, to its end.
func call(client *http.Client, url, traceparent string) (arrived, ok bool) {
	var early atomic.Bool
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { early.Store(true); return nil },
	})
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return false, false
	}
	req.Header.Set("traceparent", traceparent)
	resp, err := client.Do(req)
	if err != nil {
		return early.Load(), false
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close() // it has been read
	return true, err == nil && resp.StatusCode == http.StatusOK
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(1 + rand.IntN(255)) // an id of zeros alone would be invalid
	}
	return hex.EncodeToString(b)
}
