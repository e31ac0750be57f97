package failuremodes_test

import (
	"fmt"
	"log/slog"
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
	for _, come := range []struct {
		how   string
		pause time.Duration
	}{
		{"at once", 0},
		{"in waves", time.Millisecond}, // whatever happens to a wave has happened when the next one comes
	} {
		beside := standard()
		q, early := playFull(t, fullSize, 0, come.pause)
		mustTellDrops(t, come.how, q, early, beside.has("\n"))
	}
	mustHold(t, 4000) // ten says little: a worker may have a whole batch in its hands
	q := playQuick(t)
	for _, line := range q.log.all() {
		if line.level < slog.LevelWarn {
			continue
		}
		scene := []string{"20 spans", "a queue of 100, one span a second"}
		recorder.Fail(t, recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{
			Want:  recorder.Table(scene, []string{"dropped", "none"}, []string{"in the end", "the log has no warning"}),
			Got:   recorder.Table(scene, []string{"dropped", "none"}, []string{"in the end", "the log has told: " + line.String()}),
			Cause: "Nothing was lost, and the log warns. A line that is always there is not read on the day that counts.",
		}))
	}
}

// mustHold ends the check when a queue of that size has room for others than as
// many spans.
func mustHold(t *testing.T, size int) {
	t.Helper()
	// Those that the worker has taken out: the first ones, and a batch that it
	// may hold back until it is full. How many of those that come at once it
	// could take before the queue was full would be a matter of chance: by then
	// it hangs.
	const onTheWay = 2048
	q, _ := playFull(t, size, time.Minute, 0)
	n := q.next.spansOffered()
	if n >= size && n <= size+onTheWay {
		return
	}
	head := []string{fmt.Sprintf("%d spans, at once", fullSent), fmt.Sprintf("a queue of %d, an exporter that hangs for an hour", size)}
	rows := func(kept string) string { return recorder.Table(head, []string{"not dropped", kept}) }
	recorder.Needs(t, "exporter-never-blocks", "exporter-keeps-no-slice") // spans are counted by their names
	recorder.Fail(t, recorder.At(failuremodes.NewQueueExporter, finding.Finding{
		Want:  rows(fmt.Sprintf("%d, and those that are on their way", size)),
		Got:   rows(fmt.Sprint(n)),
		Cause: "size is how many spans may wait: not less, or some are lost without need, and not more, or nobody can say how much\nmemory the queue takes.",
	}))
}

// mustTellDrops ends the check when spans that came for a queue of ten were not
// dropped, or when the log does not tell how many. beside says that the standard
// logger has told something.
func mustTellDrops(t *testing.T, how string, q *queue, early int, beside bool) {
	t.Helper()
	slow := false
	for _, call := range q.calls {
		slow = slow || call.took > 0
	}
	arrived := q.next.spansOffered()
	dropped := fullSent - arrived
	share := "most of them"
	switch {
	case dropped == 0:
		share = "none"
	case dropped < fullSent/2:
		share = "few of them"
	}
	told := q.log.counts(dropped)
	head := []string{fmt.Sprintf("%d spans, %s", fullSent, how), fmt.Sprintf("a queue of %d, an exporter that hangs for an hour", fullSize)}
	rows := func(dropped, meanwhile, end string) string {
		return recorder.Table(head, []string{"dropped", dropped}, []string{"an hour later", meanwhile}, []string{"in the end", end})
	}
	meanwhile, end := "the log tells", "the log has told how many"
	want := rows("most of them", meanwhile, end)
	lines := len(q.log.all())
	switch {
	case early == 0:
		if meanwhile = "the log says nothing"; beside {
			meanwhile += ", the standard logger does"
		}
	case lines >= dropped/2:
		meanwhile = "the log has a line for each span"
	}
	if !told {
		end = "the log has not told how many"
	}
	if dropped < fullSent/2 {
		meanwhile, end = "…", "…"
	}
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: want, Got: rows(share, meanwhile, end)})
	switch {
	case f.Got == f.Want && !slow:
		return
	case slow || arrived == 0:
		recorder.Needs(t, "exporter-never-blocks")
		f.Cause = "The queue has to work before it can be full."
	case dropped < fullSent/2:
		f.Cause = "The queue has no end, or one that is far away. When the collector is away for an hour, the memory is full before\nit comes back, and the service is gone with its telemetry. size is how many spans may wait."
	case early == 0 && beside:
		f.Cause = "NewQueueExporter was given a logger. What goes to another one is not where the service's log is."
	case early == 0 && lines == 0:
		f.Cause = "Spans that vanish without a word are looked for in the wrong place. There is nobody to return an error to: the\nlog is what is left."
	case early == 0:
		f.Cause = "It is told when the service ends, which may be in a month. Whoever reads the log today should know today."
	case !told && q.log.most() > dropped:
		f.Cause = "The log has a number, and it is too large: a span is counted as dropped that was not, or counted twice."
	case !told && q.log.most() > 0:
		f.Cause = "The log has numbers, and none is that of the spans that were dropped, in all or since the last line: spans come several in a\ncall, and each of them counts."
	case !told:
		f.Cause = "The log has lines, and no number in them: how many were dropped, in all or since the last line?"
	default:
		f.Cause = "When spans are dropped, there are many, and as many lines bury the rest of the log. Add them up, and tell now and\nthen."
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

// most is the largest number that the log tells.
func (l *logbook) most() (most int) {
	for _, r := range l.all() {
		for _, digits := range number.FindAllString(r.String(), -1) {
			if v, err := strconv.Atoi(digits); err == nil {
				most = max(most, v)
			}
		}
	}
	return most
}
