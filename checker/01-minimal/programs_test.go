package minimal_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/01-minimal/shop"
	"otel.workshop/checker/ownprogram"
	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// A lastHour is how a program has ended after SIGTERM, and what its callers and
// its collector have seen of it.
type lastHour struct {
	failed string // why it could not be started, or ""
	calls  *calls
	spans  int    // of the answered requests
	early  int    // of those that were answered before the signal
	other  bool   // whether another handler has answered than the one that Run was given
	exit   string // "exit status 0"
	words  string // the last ones
}

// stillRunning stands in the place of how a program has ended.
const stillRunning = "still running 5 s later"

// endRun calls the service that the checks serve with Run, and ends it.
func endRun(t *testing.T) lastHour {
	rec := receiver.New(t)
	p, err := recorder.Start(t, all+"="+rec.URL)
	if err != nil {
		return lastHour{failed: err.Error()}
	}
	return watchEnd(p, rec, 0, true)
}

// watchEnd calls a program until SIGTERM has ended it.
func watchEnd(p *recorder.Program, rec *receiver.Receiver, pause time.Duration, last bool) lastHour {
	e := lastHour{calls: callUntilEnd(p, 200*time.Millisecond, pause, last), exit: stillRunning}
	if p.Ended(5 * time.Second) {
		e.exit = p.Exit()
	}
	e.other = last && len(e.calls.answered) > 0 && !e.calls.hinted
	arrived := rec.ServerTraces()
	for i, trace := range e.calls.answered {
		if arrived[trace] {
			e.spans++
			if i < len(e.calls.answered)-e.calls.late {
				e.early++
			}
		}
	}
	if e.exit != stillRunning {
		e.words = stamp.ReplaceAllString(p.LastWords(), "")
	}
	return e
}

// stamp is when something was logged.
var stamp = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

// own is the learner's own program; see package shop.
var own = ownprogram.Shop{Step: "01-minimal", Laid: shop.Laid}

// endShop calls the learner's own program, and ends it.
func endShop(t *testing.T) lastHour {
	rec := receiver.New(t)
	p, err := own.Start(t, all+"="+rec.URL)
	if err != nil {
		return lastHour{failed: err.Error()}
	}
	// It answers at once: without a pause, the spans would overflow the queue.
	return watchEnd(p, rec, 10*time.Millisecond, false)
}

// well reports whether it has ended as it should.
func (e lastHour) well() bool {
	return e.failed == "" && len(e.calls.answered) > 0 && e.spans == len(e.calls.answered) && e.calls.cutOff == 0 && e.exit == "exit status 0" && !e.other
}

func wantedEnd(title string) string {
	return title + recorder.Table([]string{"after SIGTERM", "in flight", "every request was answered"},
		[]string{"", "answered", "every request has its span"}, []string{"", "the process", "exit status 0"})
}

func (e lastHour) draw(title string) string {
	if e.failed != "" {
		return title + e.failed
	}
	inFlight := "every request was answered"
	if e.other {
		inFlight = "answered by another handler than h"
	}
	if e.calls.cutOff > 0 {
		inFlight = fmt.Sprintf("%d requests were cut off", e.calls.cutOff)
	}
	got := title + recorder.Table([]string{"after SIGTERM", "in flight", inFlight},
		[]string{"", "answered", fmt.Sprintf("%d of %d requests have their span", e.spans, len(e.calls.answered))},
		[]string{"", "the process", e.exit})
	if e.words != "" && strings.HasPrefix(e.exit, "exit status") && e.exit != "exit status 0" {
		got += "\nits last words: " + e.words
	}
	return got
}

// servedOn reports whether the program has gone on serving after the signal.
func (e lastHour) servedOn() bool { return e.exit == stillRunning && e.calls.last > time.Second }

// explain says why Run has ended like that.
func (e lastHour) explain(t *testing.T, f *finding.Finding) {
	exit := callOf(t, "Exit")
	exits := callOf(t, "Fatal", "Fatalf", "Fatalln", "Exit")
	switch {
	case e.failed != "":
	case e.other:
		f.Cause = "Run has to serve the handler that it is given."
	case e.servedOn():
		f.Cause = "Run goes on serving when its context is done: whoever catches the signal has to end the server."
	case e.exit == stillRunning:
		f.Cause = "Nothing is served any more, and Run does not return."
	case strings.Contains(e.words, "context canceled"):
		f.Cause = "What was left to do at the end had no time for it: it was given the context whose end is the signal.\nIt takes one that is alive: context.WithTimeout(context.WithoutCancel(ctx), …)."
	case strings.Contains(e.words, "Server closed"):
		f.Cause = "http.ErrServerClosed is what Serve returns when a server was shut down on purpose: it is no failure."
		if exits.line > 0 {
			f.File, f.Line = exits.file, exits.line
			f.Cause += "\nAnd log.Fatal and os.Exit skip every deferred call, the flush among them."
		}
	case e.exit != "exit status 0" && exits.line > 0:
		f.File, f.Line = exits.file, exits.line
		f.Cause = "A process that is stopped on purpose should end well. log.Fatal and os.Exit skip every\ndeferred call, the flush among them; and http.ErrServerClosed is no failure."
	case e.spans < len(e.calls.answered) && exit.line > 0:
		f.File, f.Line = exit.file, exit.line
		f.Cause = "What was recorded did not leave the process: os.Exit skips every deferred call, and the flush is one."
	case len(e.calls.answered) == 0:
		f.Cause = "No request was answered at all: Run has to serve h on the listener that it is given."
	case e.calls.cutOff > 0:
		f.Cause = "Requests that had arrived got no answer. http.Server.Shutdown waits for them, as long as its context is alive;\nand whoever calls it has to wait for it."
	case e.spans == 0:
		f.Cause = "Nothing of it has reached the collector. What is in a batch when the process ends is gone:\nRun has to call the shutdown that Setup returns, when the last request has been answered, and wait for it."
	case e.early == len(e.calls.answered)-e.calls.late:
		f.Cause = "What was answered before the signal has its span, what was answered after it has not:\nthe flush comes last, when no request is left that could record anything."
	}
}

// explainShop says why the learner's own program has ended like that, where
// Run, with a main of ours, has ended well.
func (e lastHour) explainShop(f *finding.Finding) {
	switch {
	case e.failed != "":
	case strings.HasPrefix(e.exit, "signal: "):
		f.Cause = "Whoever does not ask to hear of SIGTERM is killed by it on the spot. signal.NotifyContext makes a context\nthat is done when it comes."
	case e.servedOn():
		f.Cause = "Run ends when its context is done, as was seen with a main of the checker's. So the context that it is given here\nis not the one that ends with SIGTERM."
	}
}
