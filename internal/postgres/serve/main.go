// Command serve is the embedded database as a process of its own, which package
// database starts. It listens on the address that is its argument, or on any
// free port, prints the database's URL and its name, a line each, and serves until its standard input ends, which the system sees to when whoever
// holds the other end is gone, however that came about.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"otel.workshop/internal/postgres"
)

func main() {
	// What ends the workshop reaches this process too, when they share a
	// terminal. The service that is still flushing there may still ask.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if err := serve(strings.Join(os.Args[1:], " "), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve serves until in ends. What runs then ends with the process.
func serve(addr string, in io.Reader, out io.Writer) error {
	d, err := postgres.Start(context.Background(), addr)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s\n%s\n", d.URL(), d); err != nil {
		return fmt.Errorf("tell where the database is: %w", err)
	}
	_, err = io.Copy(io.Discard, in)
	return err
}
