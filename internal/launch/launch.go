// Package launch is the first second of go run . It looks whether the workshop's
// command is built for the sources as they are, builds it if not, showing how
// far it is, and hands over to it as if nothing had stood between.
//
// What the first minutes don't need is another program, the database. The
// command has it built behind the first screen, by the same means: see [Database].
//
// It needs nothing but the standard library, and of that little: on a fresh
// machine, all of it is compiled before the first line is printed.
package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
)

// Exit statuses, as package command has them.
const (
	statusFailed      = 1
	statusInterrupted = 130
)

// Main runs the workshop's command with args and returns its exit status. Where
// a process can become another one, it returns only when that did not happen.
func Main(args []string) int {
	l := launcher{args: args, stderr: os.Stderr, terminal: isTerminal(os.Stderr)}
	err := l.launch()
	var exit exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	case errors.Is(err, context.Canceled):
		return statusInterrupted
	}
	_, _ = fmt.Fprintln(os.Stderr, err) // nobody is left to tell when this fails
	return statusFailed
}

// A launcher is one start of the workshop. What it says goes to stderr: stdout
// is the command's, which may print JSON there.
type launcher struct {
	args     []string
	stderr   io.Writer
	terminal bool // stderr is one
}

// An exitStatus is that of the command, where that was a process of its own.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// turns is how often the command may vanish before it is started: another start
// may have built it for other sources, and cleared this one away.
const turns = 3

func (l launcher) launch() error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	for turn := 1; ; turn++ {
		binary, err := l.built(root)
		if err != nil {
			return err
		}
		err = handOver(binary, l.args)
		if !errors.Is(err, fs.ErrNotExist) || turn == turns {
			var exit exitStatus
			if err == nil || errors.As(err, &exit) {
				return err
			}
			return problem{fmt.Errorf("start the workshop's command: %w", err), "Delete " + binary + ", and start again."}
		}
	}
}

// built returns the command that was built for the sources of root.
func (l launcher) built(root string) (string, error) {
	root, name, err := command.find(root)
	if err != nil {
		return "", err
	}
	folders := folders(root)
	if binary, ok := built(folders, name); ok {
		return binary, nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	defer stop() // the command has signals as they were
	return l.build(ctx, command, root, name, folders)
}

// isTerminal reports whether somebody looks at f who sees a line change.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
