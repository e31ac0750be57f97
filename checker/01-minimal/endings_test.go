package minimal_test

import (
	"errors"
	"time"
)

var (
	errTraces  = errors.New("traces: broken")
	errMetrics = errors.New("metrics: broken")
)

// An ending is how a service ends: what is in trouble by then, and how long
// the shutdown may take.
type ending struct {
	when            string
	traces, metrics trouble
	give            time.Duration // 0: five seconds
	cancel          bool          // the context has no deadline, and is cancelled instead
	twice           bool          // the shutdown is called a second time
	second          bool          // Setup is called a second time, before the first one's shutdown
	real            bool          // in real time

	want came
}

// What came of an ending; or what may come of it, where either stands for more
// than one answer.
type came struct{ span, metric, stopped, returns string }

// either stands where an ending allows more than one answer.
const either = "…"

// endings are what can happen when a service ends. Whoever asks one provider
// after the other may have no time left for the second one, so what is lost
// when one of them hangs is not asked; and a tracer provider that has no time
// left does not even stop.
//
// An export that takes its time is played in real time: the batch processor
// holds a lock meanwhile, and nothing passes in a bubble while somebody waits
// for a lock.
var endings = []ending{
	{when: "all goes well",
		want: came{"flushed", "flushed", "both", "no error"}},
	{when: "no deadline is given", cancel: true,
		want: came{"flushed", "flushed", "both", "no error"}},
	{when: "a second Setup came before", second: true,
		want: came{"flushed", "flushed", "both", "no error"}},
	{when: "each export takes a moment", real: true, traces: trouble{takes: moment}, metrics: trouble{takes: moment},
		want: came{"flushed", "flushed", either, "no error"}},
	{when: "traces can't stop", traces: trouble{cantStop: errTraces},
		want: came{"flushed", "flushed", "both", "traces: broken"}},
	{when: "metrics can't stop", metrics: trouble{cantStop: errMetrics},
		want: came{"flushed", "flushed", "both", "metrics: broken"}},
	{when: "neither can stop", traces: trouble{cantStop: errTraces}, metrics: trouble{cantStop: errMetrics},
		want: came{"flushed", "flushed", "both", "traces: broken + metrics: broken"}},
	{when: "traces can't be sent", traces: trouble{refuses: errTraces},
		want: came{either, "flushed", "both", either}},
	{when: "metrics can't be sent", metrics: trouble{refuses: errMetrics},
		want: came{"flushed", either, "both", either}},
	{when: "traces hang, 0.1 s is given", traces: trouble{hangs: true}, give: time.Second / 10,
		want: came{either, either, "both", inTime}},
	{when: "traces hang, 7 s are given", traces: trouble{hangs: true}, give: 7 * time.Second,
		want: came{either, either, "both", inTime}},
	{when: "metrics hang, 0.1 s is given", metrics: trouble{hangs: true}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "metrics hang, 7 s are given", metrics: trouble{hangs: true}, give: 7 * time.Second,
		want: came{either, either, either, inTime}},
	{when: "both hang, cancelled after 3 s", traces: trouble{hangs: true}, metrics: trouble{hangs: true}, give: 3 * time.Second, cancel: true,
		want: came{either, either, either, inTime}},
	{when: "sending traces hangs", real: true, traces: trouble{takes: forEver}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "sending metrics hangs", real: true, metrics: trouble{takes: forEver}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "it is called twice", twice: true,
		want: came{"flushed", "flushed", "both", either}},
}

// moment is longer than it takes to start a goroutine, and short for whoever
// waits for it.
const moment = 20 * time.Millisecond

const (
	inTime = "in time"
	runsOn = ", but a provider runs on"
)
