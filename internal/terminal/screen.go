package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	tea "charm.land/bubbletea/v2"

	"otel.workshop/internal/desk"
)

// Screen is the workshop in a terminal, until the learner quits or ctx is
// done. What is said stays in the scrollback; a few lines below it are alive.
// The desk is still to be closed afterwards; it does not grade any more.
func Screen(ctx context.Context, d *desk.Desk, page Page, look Look, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, d, page, look)
	// Before Bubble Tea takes over: it would first scroll the window clear.
	if _, err := io.WriteString(out, "\n"+fit(welcome(d, page, look), look.Width)+"\n"); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	options := []tea.ProgramOption{
		tea.WithInput(in), tea.WithOutput(out), tea.WithContext(ctx),
		tea.WithoutSignalHandler(), // ctx has them
	}
	if !look.Color {
		options = append(options, tea.WithEnvironment(append(os.Environ(), "NO_COLOR=1")))
	}
	p := tea.NewProgram(m, options...)
	m.tell = func(event any) { p.Send(event) }
	m.background.Go(m.forward)

	_, err := p.Run()
	cancel()
	m.background.Wait()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil && !errors.Is(err, tea.ErrProgramPanic) {
		return nil // a signal; the caller knows
	}
	return err
}

// forward tells the model that the collector has received something, or that
// the desk has changed.
func (m *model) forward() {
	arrived, cancel := m.collector.Store().Subscribe()
	defer cancel()
	changed, cancel := m.desk.Subscribe()
	defer cancel()
	sent, cancel := m.forwards.changed()
	defer cancel()
	for {
		select {
		case <-m.ctx.Done():
			return
		case <-arrived:
			m.tell(received{})
		case <-sent:
			m.tell(forwarded{})
		case <-changed:
			m.tell(moved{})
		}
	}
}

type (
	received  struct{} // the collector has something new
	forwarded struct{} // how forwarding goes may be another thing now
	moved     struct{} // the check at hand may be another one
)
