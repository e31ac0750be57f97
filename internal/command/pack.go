package command

import (
	"context"
	"errors"

	"otel.workshop/internal/doctor"
	"otel.workshop/internal/workspace"
)

// pack writes the modules into a file that does not exist yet.
func (w *workshop) pack(ctx context.Context, file string) error {
	ws, err := workspace.Find(".")
	if err != nil {
		return err
	}
	var unprinted error
	err = doctor.Pack(ctx, doctor.PackOptions{
		Root:     ws.Root,
		File:     file,
		Progress: func(line string) { unprinted = errors.Join(unprinted, w.printf("%s\n", line)) },
	})
	return ended(ctx, errors.Join(err, unprinted))
}
