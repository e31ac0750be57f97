// Package command is what people type: go run . and what follows it. Each
// command is a thin layer over the packages that do the work; it parses,
// calls, prints, and returns an error that becomes the exit status.
package command

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"otel.workshop/internal/session"
)

// Main runs the command that args name and returns the exit status of the
// process: 0 when all is well; 1 when checks don't pass, or the workshop can't
// do its work; 2 when the command line makes no sense; 130 after Ctrl-C.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals...)
	defer stop()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, &workshop{stdin: stdin, stdout: stdout, stderr: stderr, open: session.Open}, args)
	}()
	return await(ctx, ended, patience)
}

// patience is how long a command may take to end after Ctrl-C: a service has
// twelve seconds to flush.
const patience = 15 * time.Second

// await returns the status of a command when it has ended. After Ctrl-C it does
// so at the latest when patience is at an end, or with a second Ctrl-C, whatever
// the command is doing.
func await(ctx context.Context, ended <-chan int, patience time.Duration) int {
	select {
	case status := <-ended:
		return status
	case <-ctx.Done():
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, stopSignals...)
	defer signal.Stop(again)
	select {
	case status := <-ended:
		return status
	case <-again:
	case <-time.After(patience):
	}
	return statusInterrupted
}

func run(ctx context.Context, w *workshop, args []string) int {
	root := newRoot(w)
	root.SetArgs(args)
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	err := root.ExecuteContext(ctx)
	status, message := explain(ctx, err)
	if message != "" {
		// There is nobody left to tell when this fails.
		_, _ = io.WriteString(w.stderr, strings.TrimRight(message, "\n")+"\n")
	}
	return status
}
