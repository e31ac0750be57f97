package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/terminal"
	"otel.workshop/internal/variant"
)

func newDemo(w *workshop) *cobra.Command {
	times := 1
	var onPage bool
	var look terminal.DemoOptions
	var scenario string
	cmd := &cobra.Command{
		Use:   "demo [VARIANT]",
		Short: "for instructors: what a classic mistake does, next to the right answer",
		Long: `Run a classic mistake and the solution side by side, through the same scenario,
each with a collector, a database and a payment API of its own. Show what their
callers saw, what arrived of their telemetry, the mistake, and its story.

Without a VARIANT, list them. A word will do that only one has in its name or
first line; when several have it, they are listed. Your own files are left alone.`,
		Example: `  go run . demo no-shutdown
  go run . demo no-shutdown --times 20
  go run . demo no-shutdown --scenario collector-hangs
  go run . demo baggage
  go run . demo --web`,
		Args: atMost(1, "one VARIANT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if times < 1 {
				return usageError{fmt.Sprintf("--times %d: it is how often to run the demo, at least once", times)}
			}
			if scenario != "" {
				if _, err := demo.FindScenario(scenario); err != nil {
					return usageError{"--scenario: " + err.Error()}
				}
			}
			if onPage {
				return w.showOnPage(cmd.Context(), args)
			}
			if len(args) == 0 {
				return w.printf("The mistakes that go run . demo VARIANT can show:%s\n", w.knownVariants())
			}
			s, err := w.session()
			if err != nil {
				return err
			}
			found, err := findMistakes(s.Root(), args[0])
			if err != nil {
				return err
			}
			if len(found) > 1 {
				return w.saySeveral(s.Root(), args[0], found)
			}
			v := found[0]
			results, err := demo.Repeat(cmd.Context(), s.Root(), v, times, demo.Options{Scenario: scenario, Progress: w.warn})
			if cmd.Context().Err() != nil {
				w.warn("Interrupted: both services, and all that stood around them, have been ended.")
				if len(results) == 0 {
					return errInterrupted
				}
			}
			switch {
			case times == 1 && err == nil:
				return w.printf("%s\n", terminal.Demo(results[0], look, w.look()))
			case len(results) > 0:
				if err := w.printf("%s\n", terminal.DemoTally(results, w.look())); err != nil {
					return err
				}
			}
			return ended(cmd.Context(), err)
		},
	}
	cmd.Flags().IntVar(&times, "times", 1, "run it `N` times, and count in how many runs the sides differ")
	cmd.Flags().StringVar(&scenario, "scenario", "", "what happens to both sides, instead of what shows this mistake best")
	cmd.Flags().BoolVar(&look.All, "all", false, "all figures that differ, not only the most telling ones")
	cmd.Flags().BoolVar(&look.OwnScale, "own-scale", false, "each waterfall against its own length, not both against the longer one's")
	cmd.Flags().BoolVar(&onPage, "web", false, "on the page, in a browser, to be run there")
	return cmd
}

// saySeveral lists the mistakes that a word may mean. Nothing has been run, which
// the error says.
func (w *workshop) saySeveral(root, word string, found []variant.Variant) error {
	if err := w.printf("%d mistakes have %q in their name, first line or scenario:%s\n\n",
		len(found), word, listVariants(found, variant.Starred(root), w.terminalWidth())); err != nil {
		return err
	}
	return usageError{fmt.Sprintf("%q names more than one mistake: say which, as in go run . demo %s", word, found[0].Name)}
}
