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
	full, _ := playFull(t, 0)
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
		recorder.Fail(t, recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{
			Want: scene.what + "\nexports at once   1",
			Got:  scene.what + fmt.Sprintf("\nexports at once   %d", scene.q.next.most),
			Cause: "An exporter need not be able to do two exports at once: SpanExporter promises that nobody asks it to. One worker\n" +
				"talks to the exporter behind the queue, and Shutdown waits for that one, and does not help it.",
		}))
	}
}
