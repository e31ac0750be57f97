package handlerspans_test

import (
	"testing"

	"otel.workshop/checker/conventions"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of an OpenTelemetry call.
func TestGoConventions(t *testing.T) {
	conventions.Check(t, "02-handler-spans")
}
