package member

import (
	"context"
	"fmt"
	"slices"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/internal/room/wire"
)

// Leave tells the room of a card to forget its owner. The card is still to be
// forgotten, and before: see [Forget]. The error says why the room was not told.
func Leave(ctx context.Context, c Card) error {
	t, err := newTelemetry(c, newLine(c.Credential))
	if err != nil {
		return err
	}
	defer func() { _ = t.close(context.WithoutCancel(ctx)) }() // nothing is left to be sent
	switch a := t.leave(ctx); a.state() {
	case Reporting:
		return nil
	case Unreachable:
		return fmt.Errorf("%s is not reachable", c.Address.Shown())
	case Moved, NoRoom:
		return fmt.Errorf("it is not at %s any more", c.Address.Shown())
	default:
		return fmt.Errorf("it answers %d", a.status)
	}
}

// leave sends the one span that says so, and nothing that waits.
func (t *telemetry) leave(ctx context.Context) answer {
	now := trace.WithTimestamp(time.Now()) // of no length
	_, span := t.tracer.Start(context.WithoutCancel(ctx), wire.Leave, now)
	span.End(now)
	spans := slices.DeleteFunc(t.backlog.take(backlogSize), func(s sdktrace.ReadOnlySpan) bool { return s.Name() != wire.Leave })
	return t.send(func() error { return t.traces.ExportSpans(ctx, spans) })
}
