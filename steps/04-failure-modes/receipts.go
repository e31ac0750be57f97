package failuremodes

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Receipts tell the seller of an order that its customer has asked for it.
// Nobody waits for them, so they are sent in the background. Safe for
// concurrent use.
type Receipts struct {
	log     *slog.Logger
	timeout time.Duration
	tracer  trace.Tracer
}

// NewReceipts returns receipts that may each take as long as timeout. One that
// can't be sent is told in log.
func NewReceipts(log *slog.Logger, timeout time.Duration) *Receipts {
	return &Receipts{log: log, timeout: timeout, tracer: otel.Tracer("demo.handler")}
}

// Send has deliver called in the background, in a span "receipt.send".
func (r *Receipts) Send(ctx context.Context, orderID int64, deliver func(context.Context) error) {
	go func() {
		_, span := r.tracer.Start(context.Background(), "receipt.send",
			trace.WithAttributes(attribute.Int64("order.id", orderID)))
		sent := make(chan error, 1)
		go func() { sent <- deliver(ctx) }()
		select {
		case err := <-sent:
			if err != nil {
				r.log.Error("the receipt is not sent", "order", orderID, "error", err)
				return
			}
		case <-ctx.Done():
			return
		case <-time.After(r.timeout):
			return
		}
		span.End()
	}()
}
