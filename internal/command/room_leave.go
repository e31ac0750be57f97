package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"otel.workshop/internal/room/member"
	"otel.workshop/internal/workspace"
)

func newRoomLeave(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "leave",
		Short: "end the reporting to a room, which forgets you",
		Long: `End the reporting to the room that you have joined with --room. The room is told
to forget you; address, name and credential are forgotten here. A workshop that
runs notices it within seconds.`,
		Args: atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ws, err := workspace.Find(".")
			if err != nil {
				return err
			}
			card, unreadable := member.Remembered(ws)
			// First of all: whoever runs with it looks before they send.
			if err := member.Forget(ws); err != nil {
				return err
			}
			switch {
			case unreadable != nil:
				return w.printf("Which room it was can't be read. Nothing is shared any more.\n")
			case card == nil:
				return w.printf("You are in no room. Nothing is shared.\n")
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Second)
			defer cancel()
			said := "which forgets you"
			if err := member.Leave(ctx, *card); err != nil {
				said = fmt.Sprintf("which could not be told (%v): what it knows, it keeps", err)
			}
			return w.printf("You have left the room %q, %s. Address, name and credential are forgotten here, and nothing is shared any more.\n", card.Room(), said)
		},
	}
}
