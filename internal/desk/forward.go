package desk

import (
	"context"
	"time"

	"otel.workshop/internal/forward"
)

// Forwarder returns what the collector forwards with, or nil when it does not.
func (d *Desk) Forwarder() *forward.Forwarder { return d.forwarder }

// closeForwarder lets the forwarder send what waits, for a moment. The collector
// has to be closed: it offers nothing any more.
func (d *Desk) closeForwarder() {
	if d.forwarder == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	d.forwarder.Close(ctx)
}
