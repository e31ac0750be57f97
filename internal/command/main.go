// Package command is what people type: go run . and what follows it. Each
// command is a thin layer over the packages that do the work; it parses,
// calls, prints, and returns an error that becomes the exit status.
package command

import (
	"context"
	"io"
	"os/signal"
	"strings"

	"otel.workshop/internal/session"
)

// Main runs the command that args name and returns the exit status of the
// process: 0 when all is well; 1 when checks don't pass, or the workshop can't
// do its work; 2 when the command line makes no sense; 130 after Ctrl-C.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals...)
	defer stop()
	return run(ctx, &workshop{stdin: stdin, stdout: stdout, stderr: stderr, open: session.Open}, args)
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
