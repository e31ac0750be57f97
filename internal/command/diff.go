package command

import (
	"github.com/spf13/cobra"

	"otel.workshop/internal/terminal"
)

func newDiff(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "diff [STEP]",
		Short: "your files against the solution",
		Long: `What would turn your files into the solution, as a diff. It gives the answer
away: a hint is the smaller step.`,
		Args: atMost(1, "one step"),
		RunE: func(_ *cobra.Command, args []string) error {
			s, step, err := w.step(args)
			if err != nil {
				return err
			}
			diff, err := s.Workspace.Diff(step.Name)
			if err != nil {
				return err
			}
			if diff == "" {
				w.warn("steps/" + step.Name + " is the solution, to the letter.")
				return nil
			}
			return w.printf("%s", terminal.Diff(diff, w.look()))
		},
	}
}
