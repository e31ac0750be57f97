package failuremodes_test

import (
	"fmt"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// What the last requests have recorded should still be sent after SIGTERM has asked the service to end.
func TestFlushSurvivesSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to send")
	}
	mustCatchSignal(t)
	const requests = 5
	collector := receiver.New(t)
	collector.Be(receiver.Trouble{Takes: 50 * time.Millisecond}) // so that something is always on its way
	recorder.AtEnd(t, func() { recorder.KeepSpans(t, collector.Spans()) })
	p, err := recorder.Start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, paymentsURL+"="+newPayments(t).url)
	want := recorder.Table([]string{"before SIGTERM", fmt.Sprint(requests), "requests are answered"},
		[]string{"after it", fmt.Sprint(requests), "have their span at the collector"}, []string{"", "", "the process has ended"})
	if err != nil {
		recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{Want: want, Got: err.Error()}))
	}
	s := &service{url: "http://" + p.Addr, client: &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second,
	}}
	var answered []string
	for range requests {
		if r := s.get(known); r.code == http.StatusOK {
			answered = append(answered, r.trace)
		}
	}
	_ = p.Signal(syscall.SIGTERM) // an error says that it has ended already, which Ended tells
	end := "the process has ended"
	if !p.Ended(8 * time.Second) {
		end = "the process still runs, 8 s later"
	}
	spans := 0
	for _, trace := range answered {
		if collector.HasServerSpan(trace) {
			spans++
		}
	}
	got := recorder.Table([]string{"before SIGTERM", fmt.Sprint(len(answered)), "requests are answered"},
		[]string{"after it", fmt.Sprint(spans), "have their span at the collector"}, []string{"", "", end})
	if got == want {
		return
	}
	if words := p.LastWords(); words != "" {
		got += "\nits last words: " + words
	}
	f := recorder.At(failuremodes.Run, finding.Finding{Want: want, Got: got})
	switch {
	case len(answered) < requests:
		recorder.Needs(t, "exporter-never-blocks")
		f.Cause = "Run has to serve the handler on the listener that it is given, until its context is done."
	case end != "the process has ended":
		recorder.Needs(t, "exporter-drains")
		f.Cause = "Run should return when its context is done, and what has been asked of it is finished."
	default:
		recorder.Needs(t, "exporter-drains", "exporter-keeps-no-slice")
		f.Cause = "The context that Run is given is done: that is what the signal does to it. A flush that gets this context\ngives up before it begins, and what it did not send is lost for good. It needs one that is still alive."
	}
	recorder.Fail(t, f)
}
