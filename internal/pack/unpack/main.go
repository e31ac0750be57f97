// Command unpack takes the modules of a pack, which go run . doctor --pack has
// written, into the module cache of a machine without network:
//
//	go run ./internal/pack/unpack FILE.zip
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"otel.workshop/internal/pack"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "name the file that go run . doctor --pack has written: go run ./internal/pack/unpack FILE.zip")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("unpacking the modules …")
	if err := pack.Unpack(ctx, args[0], "."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("  done, for good. Start the workshop: go run .")
	return 0
}
