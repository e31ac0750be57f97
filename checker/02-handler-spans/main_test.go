// Package handlerspans_test checks steps/02-handler-spans, in the order of its
// lesson. What can happen to the service is in situations_test.go; each check
// is a rule that holds in all of them, or in those of a kind.
package handlerspans_test

import (
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"

	"otel.workshop/checker/recorder"
)

func TestMain(m *testing.M) { recorder.Main(m, program) }

// setPropagator registers what step 1 has registered.
func setPropagator() {
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
}
