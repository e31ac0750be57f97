package alternatives_test

import (
	"testing"

	_ "go.opentelemetry.io/otel/exporters/stdout/stdouttrace" // for console-too.diff

	"otel.workshop/internal/killmatrix"
)

func TestAlternativesPass(t *testing.T) { killmatrix.Accept(t) }
