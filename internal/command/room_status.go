package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"otel.workshop/internal/room/member"
	"otel.workshop/internal/workspace"
)

func newRoomStatus(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "which room your workshop reports to, and what exactly was last sent",
		Args:  atMost(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			ws, err := workspace.Find(".")
			if err != nil {
				return err
			}
			card, err := member.Remembered(ws)
			if err != nil {
				return err
			}
			if card == nil {
				return w.printf("You are in no room. Nothing is shared.\n")
			}
			sent, err := member.Sent(ws)
			if err != nil {
				return err
			}
			return w.printf("This workshop reports to the room %q (%s), as %s. It ends with: go run . room leave\n\n%s", card.Room(), card.Address.Shown(), card.Name, receipt(sent))
		},
	}
}

// receipt says what was sent.
func receipt(r *member.Receipt) string {
	if r == nil {
		return "Nothing has been sent yet.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "The workshop that sent last has sent %d requests with %d spans to %s, and given up %d spans.\n", r.Requests, r.Spans, r.To, r.Dropped)
	fmt.Fprintf(&b, "This is all of its latest grading and of where you stood, %s, as it was sent (OTLP, here as JSON):\n", r.At.Local().Format(time.DateTime))
	for _, part := range []json.RawMessage{r.Traces, r.Metrics} {
		var indented bytes.Buffer
		if len(part) > 0 && json.Indent(&indented, part, "", " ") == nil {
			fmt.Fprintf(&b, "\n%s\n", &indented)
		}
	}
	return b.String()
}
