// Command workshop is The Invisible Thread, an interactive OpenTelemetry
// workshop: go run . starts it, go run . --help lists what else it does.
//
// It needs the standard library alone, so that it is there within seconds on a
// fresh machine. The command proper is internal/command/workshop, which it
// builds when need be, and becomes.
package main

import (
	"os"

	"otel.workshop/internal/launch"
)

func main() {
	os.Exit(launch.Main(os.Args[1:]))
}
