package main

import (
	"fmt"

	minimal "otel.workshop/solutions/01-minimal"
)

// It imports otel.workshop/steps/01-minimal.
func main() { fmt.Println(minimal.Serve(), "otel.workshop/steps/01-minimal") }
