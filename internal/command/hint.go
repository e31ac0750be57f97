package command

import (
	"github.com/spf13/cobra"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
)

func newHint(w *workshop) *cobra.Command {
	again := false
	cmd := &cobra.Command{
		Use:   "hint [CHECK] [--again]",
		Short: "the next hint: each check has three, from a nudge to the lines to write",
		Long: `The next hint for a check; without one, for the first that does not pass yet.
Each check has three hints: a nudge, the function to use, the lines to write.
When all were given, they are shown again.`,
		Example: `  go run . hint
  go run . hint service-name`,
		Args: atMost(1, "one check"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := w.session()
			if err != nil {
				return err
			}
			check, err := w.hintFor(cmd, s, args)
			if err != nil {
				return err
			}
			if check == nil {
				return w.printf("No check is open: there is nothing to hint at.\n")
			}
			if again {
				return w.printf("%s\n", terminal.Hints(*check, s.Hints(*check), w.look()))
			}
			text := terminal.Hint(s.Hint(*check), w.look())
			w.notice(s)
			return w.printf("%s\n", text)
		},
	}
	cmd.Flags().BoolVar(&again, "again", false, "those that were given already, and no more")
	return cmd
}

// hintFor returns the check that args name, or the one that the learner is
// stuck at; nil when there is none. What was never graded is graded now.
func (w *workshop) hintFor(cmd *cobra.Command, s *session.Session, args []string) (*lesson.Check, error) {
	step := s.Current()
	if len(args) == 1 {
		found, check, err := find(s, args[0])
		if check != nil || err != nil {
			return check, err
		}
		step = found
	}
	if !s.Known(step) {
		if _, err := s.Run(cmd.Context(), step, nil, nil); err != nil {
			return nil, ended(cmd.Context(), err)
		}
	}
	if len(args) == 0 {
		return s.Unfinished(), nil
	}
	if first := s.Last(step).First(); first != nil {
		return &first.Check, nil
	}
	return nil, nil
}
