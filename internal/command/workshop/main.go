// Command workshop is what go run . becomes, once package launch has built it.
package main

import (
	"os"

	"otel.workshop/internal/command"
)

func main() {
	os.Exit(command.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
