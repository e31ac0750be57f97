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
	const sent, batch, size = 10_000, 8, 10
	var (
		slow  bool
		early int // lines in the log since the queue is full
	)
	next := newGate(t)
	q := inBubble(t, next, size, func(ctx context.Context, q *queue) {
		next.open = make(chan struct{})
		time.AfterFunc(10*time.Second, func() { close(next.open) })
		before := len(q.log.all())
		for range sent / batch { // their number is not that of the calls
			slow = q.sendBatch(ctx, batch) > 0 || slow
		}
		time.Sleep(10 * time.Minute) // it may be told a little later
		early = len(q.log.all()) - before
		_, _ = q.shutDown(ctx, time.Minute) // another check's business
	})
	arrived := next.spansOffered()
	dropped := sent - arrived
	share := "most of them"
	switch {
	case dropped == 0:
		share = "none"
	case dropped < sent/2:
		share = "few of them"
	}
	told := q.log.counts(dropped)
	head := []string{fmt.Sprintf("%d spans", sent), fmt.Sprintf("a queue of %d, an exporter that hangs for 10 s", size)}
	rows := func(dropped, meanwhile, end string) string {
		return recorder.Table(head, []string{"dropped", dropped}, []string{"ten minutes later", meanwhile}, []string{"in the end", end})
	}
	meanwhile, end := "the log tells", "the log has told how many"
	want := rows("most of them", meanwhile, end)
	if early == 0 {
		meanwhile = "the log says nothing"
	}
	if !told {
		end = "the log has not told how many"
	}
	if dropped < sent/2 {
		meanwhile, end = "…", "…"
	}
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: want, Got: rows(share, meanwhile, end)})
	switch {
	case slow || arrived == 0:
		recorder.Needs(t, "exporter-never-blocks")
		f.Cause = "The queue has to work before it can be full."
	case dropped < sent/2:
		f.Cause = "The queue has no end, or one that is far away. When the collector is away for an hour, the memory is full before\nit comes back, and the service is gone with its telemetry. size is how many spans may wait."
	case early == 0 && len(q.log.all()) == 0:
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
// the numbers that lines have in the same place.
func (l *logbook) counts(n int) bool {
	sums := make(map[string]int)
	for _, r := range l.all() {
		places := map[string]string{"": r.message}
		for _, a := range r.attrs {
			places[a.Key] = a.Value.String()
		}
		for place, text := range places {
			for i, digits := range number.FindAllString(text, -1) {
				v, err := strconv.Atoi(digits)
				if err != nil {
					continue
				}
				if v == n {
					return true
				}
				sums[fmt.Sprint(place, "#", i)] += v
			}
		}
	}
	for _, sum := range sums {
		if sum == n {
			return true
		}
	}
	return false
}
