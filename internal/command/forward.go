package command

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/session"
)

// forwardFlag adds the flag --forward to a command.
func forwardFlag(cmd *cobra.Command, w *workshop) {
	cmd.Flags().StringVar(&w.forward, "forward", "", "send a copy of all telemetry that arrives on to the OTLP backend at `URL`")
}

// forwarder starts what --forward or WORKSHOP_FORWARD asks for. It is nil when
// neither does.
func (w *workshop) forwarder() (*forward.Forwarder, error) {
	o, err := forward.FromEnvironment(w.forward, os.Getenv)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	if o.Endpoint == "" {
		return nil, nil
	}
	return forward.Start(o)
}

// openDesk opens a desk whose collector forwards, if that is asked for. It is to
// be closed with closeDesk.
func (w *workshop) openDesk(ctx context.Context, s *session.Session, at *lesson.Check, outside loopback.Outside) (*desk.Desk, error) {
	o := collector.Options{Outside: outside}
	f, err := w.forwarder()
	if err != nil {
		return nil, err
	}
	if f != nil { // or there would be one, which is nil
		o.Forward = f
	}
	d, err := desk.Open(s, at, o)
	if f == nil || err != nil {
		return d, err
	}
	if err := f.CheckLoop(ctx, d.Collector().HTTPAddr(), d.Collector().GRPCAddr()); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// closeDesk closes a desk, and tells what could not be forwarded at the end.
func (w *workshop) closeDesk(d *desk.Desk) error {
	f := d.Forwarder()
	if f == nil {
		return d.Close()
	}
	before := f.Stats().Dropped
	err := d.Close()
	if n := f.Stats().Dropped - before; n > 0 {
		w.warn("Forwarding to " + f.Endpoint() + " has ended: " + f.Stats().String() + ".")
	}
	return err
}
