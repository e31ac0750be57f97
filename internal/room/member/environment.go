package member

import (
	"os"
	"strings"
)

// undisturbed calls f while no OTEL_ variable is set. They are meant for the
// learner's service, and OpenTelemetry reads them when a provider or an exporter
// is made, whatever options are given: attributes of the resource are merged in,
// headers and certificates sent along, and what cannot be read is printed, by
// way of the process's one error handler, which is not ours to change.
//
// A process that another goroutine starts meanwhile does without them, too:
// it takes microseconds, while nothing is graded yet.
func undisturbed(f func()) {
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(strings.ToUpper(name), "OTEL_") && os.Unsetenv(name) == nil {
			defer func() { _ = os.Setenv(name, value) }() // it was set before: its name and value are good
		}
	}
	f()
}
