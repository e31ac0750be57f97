package minimal_test

import (
	"testing"

	"otel.workshop/checker/conventions"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of an OpenTelemetry call.
func TestGoConventions(t *testing.T) {
	conventions.Check(t, "01-minimal", "setup-fails-clean", "shutdown-flushes-both")
}
