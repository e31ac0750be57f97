package handlerspans_test

import (
	"testing"

	"otel.workshop/checker/conventions"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of OpenTelemetry or of its own functions.
func TestGoConventions(t *testing.T) {
	conventions.Check(t, "02-handler-spans")
}
