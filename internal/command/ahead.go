package command

import (
	"context"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/launch"
)

// buildAhead builds behind the screen what the first minutes don't need: the
// database, which step 1 does without. It waits for the first verdict, which the
// learner waits for. Whoever needs the database earlier builds it, and whoever
// needs it later says why it could not be built.
func buildAhead(ctx context.Context, d *desk.Desk) {
	changed, cancel := d.Subscribe()
	defer cancel()
	for d.State().Runs == 0 {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
	_, _ = launch.Database(ctx, d.Session().Root(), nil) // see above
}
