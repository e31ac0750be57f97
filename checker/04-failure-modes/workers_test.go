package failuremodes_test

import (
	"fmt"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// The QueueExporter should never have two exports on their way at once.
func TestOneExportAtATime(t *testing.T) {
	slow, _ := playSlow(t)
	full, _ := playFull(t, fullSize, 0, 0)
	stuck, waits, _ := playStuck(t)
	scenes := []struct {
		what string
		q    *queue
	}{
		{"spans come one by one, and each export takes a second", slow},
		{"spans come in calls of eight, and an export takes an hour", full},
		{"Shutdown is called while an export goes on", stuck},
	}
	for _, scene := range scenes {
		if scene.q.next.most <= 1 {
			continue
		}
		if waits {
			recorder.Needs(t, "exporter-never-blocks")
		}
		rows := func(before, all int) string {
			return scene.what + "\n" + recorder.Table(
				[]string{"exports at once, before Shutdown", fmt.Sprint(before)}, []string{"and after it is called", fmt.Sprint(all)})
		}
		f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{
			Want:  rows(1, 1),
			Got:   rows(scene.q.most, scene.q.next.most),
			Cause: "An exporter need not be able to do two exports at once: SpanExporter promises that nobody asks it to. ",
		})
		if scene.q.most > 1 {
			f.Cause += "One goroutine\ntalks to the exporter behind the queue, and the next export begins when the last one has ended."
		} else {
			f = recorder.At((*failuremodes.QueueExporter).Shutdown, f)
			f.Cause += "The worker\nempties the queue, and Shutdown waits for it, and does not help."
		}
		recorder.Fail(t, f)
	}
}
