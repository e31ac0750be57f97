package minimal_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
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
	const want = "after SIGTERM   every answered request has its span   exit status 0"
	rec := receiver.New(t)
	p, err := recorder.Start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+rec.URL)
	if err != nil {
		needEverything(t)
		recorder.Fail(t, recorder.At(minimal.Run, finding.Finding{Want: want, Got: err.Error()}))
	}

	answered := callUntilEnd(p, 300*time.Millisecond)
	ended := p.Ended(5 * time.Second)
	spans := 0
	for _, trace := range answered {
		if rec.HasServerSpan(trace) {
			spans++
		}
	}
	exit := "still running 5 s later"
	if ended {
		exit = p.Exit()
	}
	if spans == len(answered) && ended && exit == "exit status 0" {
		return
	}
	f := recorder.At(minimal.Run, finding.Finding{
		Want: want,
		Got:  fmt.Sprintf("after SIGTERM   %d of %d answered requests have their span   %s", spans, len(answered), exit),
	})
	switch {
	case !ended:
		f.Cause = "Whoever catches the signal has to end the process: the server must be shut down as well."
	case exit != "exit status 0":
		f.Cause = "A process that is stopped on purpose should end well. log.Fatal and os.Exit skip every\ndeferred call, the flush among them."
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

// callUntilEnd calls the service from several sides, sends SIGTERM after a
// while, and returns the trace ids of the requests that were answered. A
// service that doesn't mind the signal is called for two more seconds.
func callUntilEnd(p *recorder.Program, while time.Duration) []string {
	var (
		mu       sync.Mutex
		answered []string
		callers  sync.WaitGroup
	)
	transport := &http.Transport{}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	end := time.Now().Add(while + 2*time.Second)
	for range 8 {
		callers.Go(func() {
			for time.Now().Before(end) {
				trace := randomHex(16)
				req, err := http.NewRequest("GET", "http://"+p.Addr+"/", nil)
				if err != nil {
					return
				}
				req.Header.Set("traceparent", "00-"+trace+"-"+randomHex(8)+"-01")
				resp, err := client.Do(req)
				if err != nil {
					return // the service takes no more
				}
				_, err = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if err != nil || resp.StatusCode != http.StatusOK {
					return
				}
				mu.Lock()
				answered = append(answered, trace)
				mu.Unlock()
			}
		})
	}
	time.Sleep(while)
	// An idle connection that has carried no request yet would keep a correct
	// server waiting for five seconds.
	transport.CloseIdleConnections()
	_ = p.Signal(syscall.SIGTERM) // an error says that it has ended already, which Ended tells
	callers.Wait()
	return answered
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(1 + rand.IntN(255)) // an id of zeros alone would be invalid
	}
	return hex.EncodeToString(b)
}
