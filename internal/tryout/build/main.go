// Command build builds a learner's tests for the checks of step 5 that are run by
// hand, in the folder that is its argument, and prints the file of the suite.
package main

import (
	"context"
	"fmt"
	"os"

	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

func main() {
	file, err := build(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(file)
}

func build(dir string) (file string, err error) {
	hidden, err := variant.Hidden(".", tryout.Step)
	if err != nil {
		return "", err
	}
	return tryout.Build(context.Background(), ".", dir, "", hidden, false)
}
