package command

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// roomFlags are those of go run . room.
type roomFlags struct {
	port                   int
	address, public, title string
	patience               time.Duration
	newToken, forget       bool
}

func newRoom(w *workshop) *cobra.Command {
	var f roomFlags
	cmd := &cobra.Command{
		Use:   "room [--title TEXT] [--address HOST | --public URL] [--new-token]",
		Short: "for instructors: see where everybody in the room stands",
		Long: `Open a room, in which participants' workshops report where they stand, and the
page that shows it. Prints the line that participants type, and its QR code.
Ctrl-C ends it; the next one is the same room, with the same address.

It listens on every network that this machine is in. Whoever has the address,
which ends with a secret, can report there, and see nothing. The page is for this
machine alone.

With OTEL_EXPORTER_OTLP_ENDPOINT (and OTEL_EXPORTER_OTLP_HEADERS), all that is
shared goes on to that backend too, and participants are told so.`,
		Example: `  go run . room --title "Go team, Monday"
  go run . room --public https://my-tunnel.example`,
		Args: atMost(0, "no argument, or leave or status"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return w.room(cmd.Context(), f)
		},
	}
	cmd.Flags().IntVar(&f.port, "port", 4319, "the `PORT` to listen on; 0 is any free one")
	cmd.Flags().StringVar(&f.address, "address", "", "the `HOST[:PORT]` to tell participants, when it is not this machine's own")
	cmd.Flags().StringVar(&f.public, "public", "", "the `URL` to tell participants, of a tunnel to this machine")
	cmd.Flags().StringVar(&f.title, "title", "", "what the room is called, in a few words (`TEXT`)")
	cmd.Flags().DurationVar(&f.patience, "patience", room.DefaultPatience, "for how long (`TIME`) somebody is at a check before they are stuck")
	cmd.Flags().BoolVar(&f.newToken, "new-token", false, "a new address: who has the old one is not heard any more")
	cmd.Flags().BoolVar(&f.forget, "forget", false, "an empty room, with a new address: the last one is forgotten")
	cmd.AddCommand(newRoomLeave(w), newRoomStatus(w))
	return cmd
}

// check says which flags make no sense.
func (f roomFlags) check() error {
	switch {
	case f.port < 0 || f.port > 65535:
		return usageError{fmt.Sprintf("--port %d is no port: one is a number up to 65535", f.port)}
	case f.address != "" && f.public != "":
		return usageError{"--address and --public both say what to tell participants: give one of them"}
	case f.patience < time.Second:
		return usageError{"--patience is how long somebody may be at a check, such as 8m"}
	case wire.CleanName(f.title) == "" && f.title != "":
		return usageError{"--title is blank: give a few words, or leave it out"}
	case utf8.RuneCountInString(f.title) > wire.MaxName:
		return usageError{fmt.Sprintf("--title has %d characters: a few words will do, %d at most", utf8.RuneCountInString(f.title), wire.MaxName)}
	}
	return nil
}
