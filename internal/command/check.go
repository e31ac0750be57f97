package command

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
	"otel.workshop/internal/variant"
)

// checkFlags are the flags of check.
type checkFlags struct {
	further  bool
	json     bool
	markdown bool
	junit    string
	race     bool
}

// text reports whether a person reads along.
func (f checkFlags) text() bool { return !f.json && !f.markdown }

func newCheck(w *workshop) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [STEP | CHECK] [--further] [--json | --markdown] [--junit FILE] [--race]",
		Short: "grade once: everything, a step, or one check",
		Long: `Grade once. The exit status is 0 when every core check passes, else 1.

Without an argument every step is graded; steps that you haven't touched, after
the first unfinished one, are not.`,
		Example: `  go run . check
  go run . check 01
  go run . check service-name
  go run . check 05 --race
  go run . check --markdown --junit results.xml`,
		Args: atMost(1, "one step or check"),
		RunE: func(cmd *cobra.Command, args []string) error { return w.check(cmd.Context(), args, f) },
	}
	cmd.Flags().BoolVar(&f.further, "further", false, "the further checks have to pass too")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, and nothing else")
	cmd.Flags().BoolVar(&f.markdown, "markdown", false, "print Markdown, as for the summary of a CI run, and nothing else")
	cmd.Flags().StringVar(&f.junit, "junit", "", "write the results to a `FILE` in JUnit's format, too")
	cmd.Flags().BoolVar(&f.race, "race", false, "try the tests of step 5 with the race detector, too")
	return cmd
}

func (w *workshop) check(ctx context.Context, args []string, f checkFlags) error {
	if f.json && f.markdown {
		return usageError{"--json and --markdown exclude each other: both are all there is on standard output"}
	}
	s, err := w.session()
	if err != nil {
		return err
	}
	steps, only := s.Steps, []string(nil)
	if len(args) == 1 {
		step, check, err := find(s, args[0])
		if err != nil {
			return err
		}
		steps = []lesson.Step{step}
		if check != nil {
			only = []string{check.ID}
		}
	}
	if f.race {
		if err := w.race(s, steps, only); err != nil {
			return err
		}
	}
	if f.junit != "" { // before the work, which would be lost
		file, err := os.Create(f.junit)
		if err != nil {
			return fmt.Errorf("write the JUnit file: %w", err)
		}
		defer file.Close()
		return w.grade(ctx, s, steps, only, f, file)
	}
	return w.grade(ctx, s, steps, only, f, nil)
}

// race has tests tried with the race detector, too.
func (w *workshop) race(s *session.Session, steps []lesson.Step, only []string) error {
	const accepts = "accepts-right-answers"
	tests := slices.IndexFunc(steps, func(step lesson.Step) bool { return variant.IsTests(step.Name) })
	if tests < 0 || only != nil && only[0] != accepts {
		return usageError{"--race is for tests that a learner has written, and " + accepts + " looks at it: go run . check 05 --race"}
	}
	s.Grade = func(ctx context.Context, step lesson.Step, o grader.Options) (grader.Report, error) {
		if o.Race = variant.IsTests(step.Name); o.Race {
			w.warn("Building the tests with the race detector: the first time, that takes a minute or more.")
		}
		return grader.Grade(ctx, step, o)
	}
	return nil
}

// grade grades steps one after the other, and prints.
func (w *workshop) grade(ctx context.Context, s *session.Session, steps []lesson.Step, only []string, f checkFlags, junit *os.File) error {
	var reports []grader.Report
	passed, unfinished, untouched := true, false, []string(nil)
	for _, step := range steps {
		if unfinished && s.NotStarted(step) {
			passed = false
			untouched = append(untouched, step.Name)
			if f.text() {
				if err := w.printf("\n%s: not started\n", step.Name); err != nil {
					return err
				}
			}
			continue
		}
		r, err := s.Run(ctx, step, only, nil)
		if err != nil {
			return ended(ctx, err)
		}
		w.notice(s)
		reports = append(reports, r)
		if !r.Passed(false) {
			unfinished = true
		}
		// A single further check is asked for by name: it has to pass.
		passed = passed && r.Passed(f.further || only != nil)
		if f.text() {
			if len(reports) > 1 {
				if err := w.printf("\n"); err != nil {
					return err
				}
			}
			look := w.look()
			if err := report.Text(w.stdout, r, report.Options{Color: look.Color, Width: look.Width}); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			if next := terminal.Onward(s, r, look); next != "" && only == nil {
				if err := w.printf("\n%s\n", next); err != nil {
					return err
				}
			}
		}
	}
	if f.json {
		if err := report.JSON(w.stdout, reports...); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	if f.markdown {
		if err := report.Markdown(w.stdout, linkBase(os.Getenv), reports...); err != nil {
			return fmt.Errorf("print: %w", err)
		}
		if len(untouched) > 0 {
			if err := w.printf("\nNot started: %s\n", strings.Join(untouched, ", ")); err != nil {
				return err
			}
		}
	}
	if junit != nil {
		if err := report.JUnit(junit, reports...); err != nil {
			return fmt.Errorf("write the JUnit file: %w", err)
		}
	}
	if !passed {
		return errNotPassed
	}
	return nil
}
