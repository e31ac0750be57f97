package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"otel.workshop/internal/loopback"
	"otel.workshop/internal/session"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/terminal"
)

func newRun(w *workshop) *cobra.Command {
	var solution, around bool
	var variant string
	var faults []string
	cmd := &cobra.Command{
		Use:   "run [STEP] [--solution | --variant NAME] [--fault NAME] [--around]",
		Short: "run a step's service, and show what it sends",
		Long: `Run a step's service with a collector, a database and the payment API around
it, and draw each trace as it arrives. A save restarts it. Ctrl-C ends it, after
its last flush.

Type the name of a fault, and Enter, to switch it on or off:

` + faultList() + `
DATABASE_URL names a PostgreSQL to use instead of the workshop's own database,
OTEL_EXPORTER_OTLP_ENDPOINT a collector to use instead of its own. With --forward,
its own one receives, and sends a copy of everything on. Of all other variables
that begin with OTEL_, the service sees OTEL_GO_X_OBSERVABILITY alone: if true,
the SDK tells of itself, too, for one how full its queue is.

With --around, the service is left to you: start it in a debugger, or by hand.
What stands around it runs then at addresses that stay the same.`,
		Example: `  go run . run
  go run . run 03 --solution --fault slow-database`,
		Args: atMost(1, "one step"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if around {
				if len(args) > 0 || solution || variant != "" || len(faults) > 0 {
					return usageError{"--around starts no service: it takes no STEP, and no other flag but --forward"}
				}
				return w.around(cmd.Context(), aroundAddrs)
			}
			s, source, err := w.source(args, solution, variant)
			if err != nil {
				return err
			}
			if err := source.Check(s.Root()); err != nil {
				return err
			}
			o := terminal.RunOptions{
				Source: source, Input: w.stdin, Width: func() int { return w.look().Width }, Columns: w.terminalWidth,
				DatabaseURL: os.Getenv("DATABASE_URL"), Collector: os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"),
				Env: selfObservation(os.Getenv),
			}
			if o.Outside, err = loopback.FromEnvironment(os.Getenv); err != nil {
				return err
			}
			if o.Faults, err = findFaults(source, faults); err != nil {
				return err
			}
			if o.Forward, err = w.forwarder(); err != nil {
				return err
			}
			readInBackground()
			if err := terminal.Run(cmd.Context(), s.Root(), o, w.look(), w.stdout); err != nil {
				return err
			}
			return errInterrupted // nothing else ends it well
		},
	}
	cmd.Flags().BoolVar(&solution, "solution", false, "the solution instead of your files")
	cmd.Flags().StringVar(&variant, "variant", "", "the broken variant `NAME` instead of your files")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "something that is wrong, by `NAME`; may be given several times")
	forwardFlag(cmd, w)
	cmd.Flags().BoolVar(&around, "around", false, "all but the service, which you start yourself, in a debugger")
	return cmd
}

func faultList() string {
	var b strings.Builder
	for _, f := range shop.Faults() {
		fmt.Fprintf(&b, "  %-16s  %s\n", string(f), f)
	}
	return b.String()
}

// findFaults returns the faults of these names.
func findFaults(source shop.Source, names []string) ([]shop.Fault, error) {
	var faults []shop.Fault
	for _, name := range names {
		f, err := shop.FindFault(name)
		if err != nil {
			return nil, usageError{err.Error()}
		}
		if !f.OfCollector() && source.StandsAlone() {
			return nil, usageError{fmt.Sprintf("--fault %s is about the database and the payment API, which the first step has no use for: run 02 or a later step. Of use here are %s and %s", string(f), string(shop.CollectorHangs), string(shop.CollectorDown))}
		}
		faults = append(faults, f)
	}
	return faults, nil
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

// selfObservation returns the switch of the SDK's metrics about itself, for the
// service's environment, if it is set in ours.
func selfObservation(getenv func(string) string) []string {
	const name = "OTEL_GO_X_OBSERVABILITY"
	if value := getenv(name); value != "" {
		return []string{name + "=" + value}
	}
	return nil
}
