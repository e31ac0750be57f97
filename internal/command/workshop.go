package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/term"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
)

// A workshop is what every command works with.
type workshop struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	open           func(dir string) (*session.Session, error)

	forward string // where --forward says, or ""
}

// session opens the checkout that the command was started in.
func (w *workshop) session() (*session.Session, error) { return w.open(".") }

// step opens the checkout and finds the step that args name: the current one
// when they name none.
func (w *workshop) step(args []string) (*session.Session, lesson.Step, error) {
	s, err := w.session()
	if err != nil {
		return nil, lesson.Step{}, err
	}
	if len(args) == 0 {
		return s, s.Current(), nil
	}
	step, check, err := find(s, args[0])
	if err == nil && check != nil {
		err = usageError{fmt.Sprintf("%s is a check of step %s: name the step", check.FullID(), step.Name)}
	}
	return s, step, err
}

// find finds what a query means.
func find(s *session.Session, query string) (lesson.Step, *lesson.Check, error) {
	step, check, err := lesson.FindAt(s.Steps, query, s.Current().Name)
	if err != nil {
		if name := lesson.FindName(s.Workspace.Lost(), query); name != "" {
			return step, nil, lostError{name}
		}
	}
	return step, check, err
}

// toReplace opens the checkout and finds the name of the step whose files are
// to be replaced. Its folder may be gone: that is what reset is for.
func (w *workshop) toReplace(args []string) (*session.Session, string, error) {
	s, step, err := w.step(args)
	var lost lostError
	if errors.As(err, &lost) {
		return s, lost.step, nil
	}
	return s, step.Name, err
}

// look says how to draw on stdout.
func (w *workshop) look() terminal.Look {
	f, ok := w.stdout.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return terminal.Look{Width: terminal.DefaultWidth}
	}
	look := terminal.Look{Width: terminal.DefaultWidth, Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width := w.terminalWidth(); width > 0 {
		look.Width = min(width, terminal.MaxWidth)
	}
	if look.Color {
		lipgloss.EnableLegacyWindowsANSI(f) // older consoles print escape sequences as they are
	}
	return look
}

// terminalWidth returns the columns of the terminal that stdout is, or 0.
func (w *workshop) terminalWidth() int {
	f, ok := w.stdout.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return 0
	}
	width, _, err := term.GetSize(f.Fd())
	if err != nil {
		return 0
	}
	return width
}

// interactive reports whether a person sits at both ends.
func (w *workshop) interactive() bool {
	in, ok := w.stdin.(*os.File)
	return ok && term.IsTerminal(in.Fd()) && w.onTerminal()
}

// onTerminal reports whether stdout is a terminal, where a line can be drawn
// again.
func (w *workshop) onTerminal() bool {
	out, ok := w.stdout.(*os.File)
	return ok && term.IsTerminal(out.Fd()) && os.Getenv("TERM") != "dumb"
}

// notice tells what a session has to say about the learner's progress.
func (w *workshop) notice(s *session.Session) {
	if n := s.Notice(); n != "" {
		w.warn(n)
	}
}

func (w *workshop) warn(text string) {
	_, _ = fmt.Fprintln(w.stderr, text) // nobody is left to tell when this fails
}

// printf writes to stdout. The error is the writer's: a closed pipe ends the
// command.
func (w *workshop) printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(w.stdout, format, args...); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// ended turns what a grading returns after Ctrl-C into that.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}
