package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/ownprogram"
	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// How a program is asked to end: by the platform, and by whoever has started it
// in a terminal.
var signals = []struct {
	name   string
	signal os.Signal
	killed string // how a process ends that has not asked to hear of it
}{
	{"SIGTERM", syscall.SIGTERM, "signal: terminated"},
	{"SIGINT", os.Interrupt, "signal: interrupt"},
}

// An ending is what became of a program that was asked to end.
type ending struct {
	starts   error  // why it did not
	answered int    // requests, before the signal
	spans    int    // of them, those that the collector has heard of
	metrics  bool   // whether the collector has metrics
	stays    bool   // the process still runs, long after the signal
	exit     string // how it has ended
	words    string // the last ones that it printed
}

const (
	asked    = 5               // requests, before the signal
	patience = 3 * time.Second // with a process that was asked to end: a right one takes a few hundredths
)

// endBy starts a program, asks it for some orders, and sends it a signal.
func endBy(t *testing.T, s os.Signal, start func(t *testing.T, env ...string) (*recorder.Program, error)) (e ending) {
	collector := receiver.New(t)
	recorder.AtEnd(t, func() { recorder.KeepSpans(t, collector.Spans()) })
	p, err := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL)
	if err != nil {
		e.starts = err
		if p != nil {
			e.words = p.LastWords()
		}
		return e
	}
	v := visitor(p.Addr)
	var answered []string
	for i := range asked {
		if i == asked-1 {
			collector.Be(receiver.Trouble{Takes: 200 * time.Millisecond}) // so that something is on its way when the signal comes
		}
		if r := v.get(known); r.code != 0 {
			answered = append(answered, r.trace)
		}
	}
	_ = p.Signal(s) // an error says that it has ended already, which Ended tells
	// Whoever does not wait has gone by then; and whoever sends one span at a
	// time, and has many left, need not wait so long for each.
	time.AfterFunc(600*time.Millisecond, func() { collector.Be(receiver.Trouble{}) })
	if e.stays = !p.Ended(patience); !e.stays {
		e.exit, e.words = p.Exit(), p.LastWords()
	}
	e.answered = len(answered)
	e.spans = heardOf(collector, answered)
	_, e.metrics = collector.Total("db.query.count")
	return e
}

// heardOf counts the requests of these traces that the collector has the span
// of. Of a service that does not take its callers' traces on, it counts the
// spans of requests in whatever trace.
func heardOf(collector *receiver.Receiver, answered []string) (n int) {
	for _, trace := range answered {
		if collector.HasServerSpan(trace) {
			n++
		}
	}
	if n == 0 {
		n = len(recorder.OfKind(collector.Spans(), trace.SpanKindServer))
	}
	return min(n, len(answered))
}

func (e ending) right() bool {
	return e.starts == nil && e.answered == asked && e.spans == asked && !e.stays
}

// table draws an ending by the signal of that name.
func (e ending) table(signal string) string {
	if e.starts != nil {
		return e.starts.Error()
	}
	end := "the process has ended"
	switch {
	case e.stays:
		end = fmt.Sprintf("the process still runs, %s later", spelled(patience))
	case strings.HasPrefix(e.exit, "signal: "):
		end = "the process was killed by it"
	}
	return recorder.Table([]string{"before " + signal, fmt.Sprint(e.answered), "requests are answered"},
		[]string{"after it", fmt.Sprint(e.spans), "have their span at the collector"}, []string{"", "", end})
}

// What the last requests have recorded should still be sent after SIGTERM has asked the service to end.
func TestFlushSurvivesSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to send")
	}
	endings := make([]ending, len(signals))
	var all sync.WaitGroup
	for i, s := range signals {
		all.Go(func() { endings[i] = endBy(t, s.signal, startShop) })
	}
	all.Wait()
	for i, e := range endings {
		if e.starts != nil || e.answered < asked { // a busy machine is slow: once more
			e = endBy(t, signals[i].signal, startShop)
		}
		if e.right() {
			continue
		}
		// An exporter that uses a slice which is not its own any more loses
		// spans, and this is not about those: metrics have come, so the flush
		// had a context that was alive.
		if e.spans < e.answered && e.metrics && !e.stays && keepsSlice(t) {
			continue
		}
		explainEnding(t, i, e)
	}
}

// explainEnding ends the check, and says which part is at fault: the learner's
// program is tried with a part of ours in its place.
func explainEnding(t *testing.T, which int, e ending) {
	t.Helper()
	s := signals[which]
	f := recorder.At(failuremodes.Run, finding.Finding{
		Want: ending{answered: asked, spans: asked}.table(s.name),
		Got:  e.table(s.name),
	})
	if e.words != "" && e.exit != s.killed && e.exit != "exit status 0" { // or it may have said anything
		f.Got += "\nits last words: " + e.words
	}
	if ours := endBy(t, s.signal, startOurs); ours.right() {
		f.File, f.Line = "steps/04-failure-modes/shop/main.go", 0
		switch {
		case errors.As(e.starts, new(ownprogram.Uncompiled)): // it says why itself
		case e.starts != nil:
			f.Cause = "The same Run serves when another program calls it. This one gets DATABASE_URL, PAYMENTS_URL and ADDR, where it has\nto listen."
		case e.exit == s.killed:
			f.Cause = fmt.Sprintf("Nobody had asked to hear of %s when it came, so it did what it does by default: it killed the process on the\nspot. signal.NotifyContext makes a context that is done when it comes. It has to stand before Run is called, which\nreturns when all is over; SIGTERM is what platforms send, and Ctrl-C is another signal, os.Interrupt.", s.name)
		case e.stays:
			f.Cause = fmt.Sprintf("The process does not die of %s, so somebody catches it; and Run, which ends with its context when another program\ncalls it, goes on here. The context that the signal ends is the one to hand to Run.", s.name)
		case endBy(t, s.signal, startShop).right(): // the next time
			f.File, f.Line = "", 0
			f.Got += "\nthe next time, everything arrives"
			f.Cause = "Who comes first is a matter of chance: the end of the process, or the flush. Run returns when its flush has, and main ends\nwhen Run has."
		default:
			f.Cause = "When another program calls the same Run, everything arrives. This one ends before Run has returned: main has to wait\nfor it."
		}
		recorder.Fail(t, f)
	}
	switch {
	case e.starts != nil, e.answered < asked:
		recorder.Needs(t, "exporter-never-blocks")
		f.Cause = "Run has to serve the handler on the listener that it is given, until its context is done."
	case e.stays:
		recorder.Needs(t, "exporter-drains")
		f.Cause = "Run should return when its context is done, and what has been asked of it is finished."
	case e.exit == s.killed:
		f.Cause = fmt.Sprintf("Nobody hears of %s any more while Run runs, whoever has asked to.", s.name)
	case strings.Contains(e.words, context.Canceled.Error()):
		recorder.Needs(t, "exporter-drains")
		f.Cause = "The context that Run is given is done: that is what the signal does to it. A flush that gets this context\ngives up before it begins, and what it did not send is lost for good. It needs one that is still alive."
	default:
		recorder.Needs(t, "exporter-drains")
		f.Cause = "The process has ended by itself, and what the last requests recorded was still in it. At the end, somebody has to\ncall the shutdown that the setup returns, with a context that is alive, and wait for it."
	}
	recorder.Fail(t, f)
}

// startOurs starts a program of ours that catches the signals and calls the
// learner's Run.
func startOurs(t *testing.T, env ...string) (*recorder.Program, error) {
	return recorder.Start(t, append([]string{paymentsURL + "=" + newPayments(t).url}, env...)...)
}
