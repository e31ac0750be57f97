package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"otel.workshop/internal/session"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/terminal"
)

func newRun(w *workshop) *cobra.Command {
	var solution bool
	var variant string
	cmd := &cobra.Command{
		Use:   "run [STEP] [--solution | --variant NAME]",
		Short: "run a step's service, and show what it sends",
		Long: `Run a step's service with a collector beside it, and draw each trace as it
arrives. A save restarts it. Ctrl-C ends it, after its last flush.`,
		Example: `  go run . run
  go run . run 01 --solution`,
		Args: atMost(1, "one step"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, source, err := w.source(args, solution, variant)
			if err != nil {
				return err
			}
			if err := terminal.Run(cmd.Context(), s.Root(), source, w.look(), w.stdout); err != nil {
				return err
			}
			return errInterrupted // nothing else ends it well
		},
	}
	cmd.Flags().BoolVar(&solution, "solution", false, "the solution instead of your files")
	cmd.Flags().StringVar(&variant, "variant", "", "the broken variant `NAME` instead of your files")
	return cmd
}

// source finds what the arguments of run name.
func (w *workshop) source(args []string, solution bool, name string) (*session.Session, shop.Source, error) {
	if solution && name != "" {
		return nil, shop.Source{}, usageError{"--solution and --variant exclude each other: a variant is a solution with one mistake"}
	}
	s, step, err := w.step(args)
	if err != nil {
		return nil, shop.Source{}, err
	}
	if name == "" {
		return s, shop.Source{Step: step.Name, Solution: solution}, nil
	}
	v, err := findVariant(s.Root(), name)
	if err != nil {
		return nil, shop.Source{}, err
	}
	if len(args) == 1 && v.Step != step.Name {
		return nil, shop.Source{}, usageError{fmt.Sprintf("%s is a variant of %s, not of %s: leave the step out", v.Name, v.Step, step.Name)}
	}
	return s, shop.Source{Step: v.Step, Variant: &v}, nil
}
