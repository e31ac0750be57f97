package failuremodes_test

import (
	"testing"

	"otel.workshop/checker/conventions"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of an OpenTelemetry or database call.
func TestGoConventions(t *testing.T) {
	conventions.Check(t, "04-failure-modes", "requests-as-before")
}
