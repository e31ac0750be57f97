package command

import (
	"github.com/spf13/cobra"

	"otel.workshop/internal/terminal"
)

func newList(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "steps, checks, and how they were last graded",
		Args:  atMost(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			s, err := w.session()
			if err != nil {
				return err
			}
			text, err := terminal.List(s, w.look())
			if err != nil {
				return err
			}
			w.notice(s)
			return w.printf("%s\n", text)
		},
	}
}
