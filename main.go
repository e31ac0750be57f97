// Command workshop is The Invisible Thread, an interactive OpenTelemetry
// workshop: go run . starts it, go run . --help lists what else it does.
package main

import (
	"os"

	"otel.workshop/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
