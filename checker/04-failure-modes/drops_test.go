package failuremodes_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// Spans that do not fit into the queue should be dropped, and their number told in the log.
func TestDropsAreLogged(t *testing.T) {
	const sent, size = 1000, 10
	var (
		slow  bool
		early int // lines in the log while the queue is full
	)
	q := inBubble(t, slowSink(t, time.Hour), size, func(ctx context.Context, q *queue) {
		for range sent {
			slow = q.send(ctx) > 0 || slow
		}
		time.Sleep(time.Minute) // it may be told a little later
		early = len(q.log.all())
		time.Sleep(2000 * time.Hour)
		_, _ = q.shutDown(ctx, time.Minute) // another check's business
	})
	arrived := len(q.next.Spans())
	dropped := sent - arrived
	told := q.log.counts(dropped)
	head := []string{fmt.Sprintf("%d spans for a queue of %d", sent, size), ""}
	bounded := min(max(dropped, sent-20*size), sent-1) // how many it is exactly depends on the worker
	want := recorder.Table(head, []string{"dropped", fmt.Sprint(bounded)}, []string{"meanwhile", "the log tells"}, []string{"in the end", "the log has told how many"})
	row := []string{"meanwhile", "the log tells"}
	if early == 0 {
		row[1] = "the log says nothing"
	}
	last := []string{"in the end", "the log has told how many"}
	if !told {
		last[1] = "the log has not told how many"
	}
	got := recorder.Table(head, []string{"dropped", fmt.Sprint(dropped)}, row, last)
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: want, Got: got})
	switch {
	case slow || arrived == 0:
		recorder.Needs(t, "exporter-never-blocks")
		f.Cause = "The queue has to work before it can be full."
	case arrived > 20*size:
		f.Cause = "The queue has no end. When the collector is away for an hour, the memory is full before it comes back, and the\nservice is gone with its telemetry. size is how many spans may wait."
	case dropped == 0 || early == 0 && len(q.log.all()) == 0:
		f.Cause = "Spans that vanish without a word are looked for in the wrong place. There is nobody to return an error to: the\nlog is what is left."
	case early == 0:
		f.Cause = "It is told when the service ends, which may be in a month. Whoever reads the log today should know today."
	case !told:
		f.Cause = "The log has lines, and no number in them tells how many were dropped, in all or since the last line."
	default:
		return
	}
	recorder.Fail(t, f)
}

var number = regexp.MustCompile(`\d+`)

// counts reports whether the log tells a number: in some line, or as the sum of
// a number that each line has.
func (l *logbook) counts(n int) bool {
	sums := make(map[string]int)
	for _, r := range l.all() {
		for _, a := range r.attrs {
			if v, err := strconv.Atoi(a.Value.String()); err == nil {
				if v == n {
					return true
				}
				sums[a.Key] += v
			}
		}
		for _, digits := range number.FindAllString(r.message, -1) {
			v, err := strconv.Atoi(digits)
			if err != nil {
				continue
			}
			if v == n {
				return true
			}
			sums[""] += v
		}
	}
	for _, sum := range sums {
		if sum == n {
			return true
		}
	}
	return false
}
