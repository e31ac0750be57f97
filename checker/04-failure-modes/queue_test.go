package failuremodes_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// ExportSpans of the QueueExporter should return at once, also when the exporter behind it hangs.
func TestExporterNeverBlocks(t *testing.T) {
	for _, scene := range []struct {
		trouble string
		play    func() *queue
	}{
		{"hangs", func() *queue { return playHangs(t) }},
		{"fails", func() *queue { return playFails(t, errNobody, errNobody) }},
	} {
		q := scene.play()
		calls := 20 // while it is in trouble
		if scene.trouble == "fails" {
			calls = 60
		}
		header := []string{"the next exporter " + scene.trouble + " for an hour", ""}
		what := fmt.Sprintf("%d calls of ExportSpans", calls)
		want := recorder.Table(header, []string{what, "each returns at once"}, []string{"and when it is well again", "spans arrive"})
		fate, waits := "each returns at once", exported{}
		first := false // call of those that wait
		for i, call := range q.calls {
			switch {
			case call.panicked != nil:
				fate = fmt.Sprintf("one panics: %v", call.panicked)
			case call.took > 0:
				// Which one it is depends on how much the worker has taken out by then.
				fate, waits, first = "one takes "+hours(call.took), call, i == 0
			default:
				continue
			}
			break
		}
		arrive := "spans arrive"
		if len(q.next.names()) == 0 {
			arrive = "none has arrived"
		}
		got := recorder.Table(header, []string{what, fate}, []string{"and when it is well again", arrive})
		if got == want {
			continue
		}
		f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: want, Got: got})
		switch {
		case first:
			f.Cause = "The first call waits, when there is nothing in the queue yet: for the exporter behind it. ExportSpans puts spans into the\nqueue, and returns; a worker of its own talks to that exporter."
		case waits.took > 0 && waits.took < time.Minute && scene.trouble == "hangs":
			f.Cause = "To wait for a while is to wait: behind WithSyncer the caller is a request that ends its span, and each of them waits so\nlong. A select with a default does not."
		case waits.took > 0:
			f.Cause = "A send on a channel waits until there is room, and on one without a buffer until somebody receives. Behind\nWithSyncer the caller is a request that ends its span: all of them wait. A select with a default does not."
		case fate != "each returns at once":
		case q.next.spansOffered() == 0:
			f.Cause = "The next exporter was never called. Somebody has to send on what is in the queue: a worker, which is started with it."
		case q.next.exports == 1 && scene.trouble == "fails":
			f.Cause = "The next exporter was called once, and not again: the worker does not go on after an export that has failed. An\nerror is told, and the next batch is another try: the collector may be back."
		case q.next.exports == 1:
			f.Cause = "The next exporter was called once, and not again: the worker does not go on after an export that took so long."
		}
		recorder.Fail(t, f)
	}
}

func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return strings.TrimSuffix(d.String(), "0m0s")
	}
	return d.String()
}

// Shutdown of the QueueExporter should send what is in the queue, stop the exporter behind it, and give up when its context is done.
func TestExporterDrains(t *testing.T) {
	header := []string{"the next exporter", "spans arrive", "it is stopped", "Shutdown returns"}
	want := [][]string{header,
		{"takes a second", "all 6000", "after the last", "in time"},
		{"hangs", "…", "yes", "with its context"},
		{"hangs in its Shutdown", "…", "yes", "with its context"},
	}
	slow, early := playSlow(t)
	stuck, waits, _ := playStuck(t)
	arrived := len(slow.next.names())
	if lost := many - arrived; lost > 0 && slow.next.spansOffered() == arrived && slow.log.counts(lost) {
		arrived = many // the others did not fit, says the log, and whether they should is another check's business
	}
	got := [][]string{header,
		{"takes a second", share(arrived), "no", slow.stops[0].in(2*time.Hour, "in time")},
		{"hangs", "…", "no", "… ExportSpans has not returned"},
		{"hangs in its Shutdown", "…", "no", ""},
	}
	switch {
	case slow.next.late:
		got[1][2] = "before the last"
	case slow.next.stopped:
		got[1][2] = "after the last"
	}
	if waits {
		got[2][2] = "…"
	} else {
		got[2][3] = stuck.stops[0].in(5*time.Second, "with its context")
	}
	if stuck.next.stopped {
		got[2][2] = "yes"
	}
	closing := playStopHangs(t)
	if got[3][3] = closing.stops[0].in(5*time.Second, "with its context"); closing.next.stopped {
		got[3][2] = "yes"
	}
	if got[2][2] != "yes" || got[3][2] != "yes" || got[2][3] == want[2][3] && got[3][3] == want[3][3] {
		want, got = slices.Delete(want, 3, 4), slices.Delete(got, 3, 4) // the row before says it all
	}

	f := recorder.At((*failuremodes.QueueExporter).Shutdown, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if f.Got == f.Want {
		mustWaitForTheLast(t)
		mustTakeCallsAtTheEnd(t)
		return
	}
	if arrived == many && got[1][2] == "after the last" && waits {
		recorder.Needs(t, "exporter-never-blocks")
	}
	switch {
	case !early && slow.log.tells(context.Canceled.Error()):
		f.Cause = "The context that ExportSpans is given is its caller's, and the batch processor cancels it when ExportSpans has\nreturned. The worker sends later: it needs a context of its own."
	case arrived < many && got[1][2] == "after the last" && slow.log.tells(context.Canceled.Error()):
		f.Cause = "The worker's exports are canceled while there is time: its context ends when Shutdown's does, or when the queue is\nempty, not before."
	case slow.next.spansOffered() == many && got[1][2] == "before the last":
		f.Cause = "The exporter behind the queue was stopped while the worker still had spans for it. That the queue is empty does not\nmean that all is sent: wait for the worker first."
	case slow.next.spansOffered() < many && losesAnyway(t):
		f.Cause = "The end has nothing to do with it: they were lost before. There is room for as many spans as size says."
	case slow.next.spansOffered() < many:
		f.Cause = "What is still in the queue when the exporter behind it is stopped is lost. Close the queue, wait until the worker\nhas sent the rest, and stop the next exporter then."
	case arrived < many:
	case slices.ContainsFunc(got, func(row []string) bool { return strings.HasPrefix(row[3], "not, it panics") }):
	case got[1][2] == "no" || got[2][2] == "no" && got[2][3] == want[2][3]:
		f.Cause = "The exporter behind the queue is stopped by whoever stands before it: pass Shutdown on, also when time is up."
	case got[2][3] == want[2][3] && len(got) > 3:
		f.Cause = "Shutdown of the exporter behind the queue can hang, too. It needs the context that Shutdown was given."
	case got[1][3] != want[1][3]:
		f.Cause = "All is sent, and Shutdown still waits."
	default:
		f.Cause = "Shutdown waits for a worker that waits for the collector. Each of its waits needs a select with\nctx.Done() in it."
	}
	recorder.Fail(t, f)
}

// mustWaitForTheLast ends the check when Shutdown stops the exporter behind the
// queue while that one has the last span.
func mustWaitForTheLast(t *testing.T) {
	t.Helper()
	q := playLast(t)
	if len(q.next.names()) == 1 && !q.next.late {
		return
	}
	const scene = "the last span is on its way, and the queue is empty\nthe next exporter is stopped   "
	recorder.Fail(t, recorder.At((*failuremodes.QueueExporter).Shutdown, finding.Finding{
		Want:  scene + "when it has arrived",
		Got:   scene + "before that",
		Cause: "That the queue is empty does not mean that all is sent: the worker has taken out what it is sending. Wait for the\nworker.",
	}))
}

// share says how many spans have arrived: how many of some is a matter of
// chance.
func share(arrived int) string {
	switch arrived {
	case 0:
		return "none"
	case many:
		return "all 6000"
	}
	return "some"
}

// in says when a Shutdown has returned that had that much time.
func (s stopped) in(limit time.Duration, inTime string) string {
	switch {
	case s.panicked != nil:
		return fmt.Sprintf("not, it panics: %v", s.panicked)
	case !s.returned:
		return "not, an hour later"
	case s.took > limit+time.Millisecond:
		return (s.took - limit).String() + " later"
	}
	return inTime
}

// The QueueExporter should not use the slice that it was given after ExportSpans has returned.
func TestExporterKeepsNoSlice(t *testing.T) {
	q := playLent(t)
	var want []string
	for i := range 6 {
		want = append(want, fmt.Sprint("span ", i+1))
	}
	got := q.next.names()
	slices.Sort(got) // they may come in any order
	wanted, arrived := strings.Join(want, ", "), strings.Join(got, ", ")
	if wanted == arrived {
		return
	}
	if arrived == "" {
		arrived = "nothing"
	}
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: wanted, Got: arrived})
	switch {
	case slices.Contains(got, ofNextBatch), len(got) == 6:
		f.Cause = "The slice belongs to the caller, who fills it again when ExportSpans has returned: the batch processor does. What\nis to stay has to be copied, or taken out one by one; the spans themselves don't change any more."
	default:
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Cause = "There is room for all of them in a queue of 100."
	}
	recorder.Fail(t, f)
}

// keepsSlice reports whether the learner's exporter uses a slice that is not its
// own any more.
func keepsSlice(t *testing.T) bool {
	names := playLent(t).next.names()
	return slices.Contains(names, ofNextBatch)
}
