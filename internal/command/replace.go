package command

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"otel.workshop/internal/session"
	"otel.workshop/internal/workspace"
)

func newReset(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "reset STEP",
		Short: "begin a step anew; your files are backed up",
		Args:  exactlyOne("a STEP", w.knownSteps),
		RunE: func(_ *cobra.Command, args []string) error {
			s, step, err := w.toReplace(args)
			if err != nil {
				return err
			}
			b, err := s.Workspace.Reset(step)
			if err != nil {
				return err
			}
			s.Forget(step)
			return w.replaced(s, b, "the files that it began with")
		},
	}
}

func newSolve(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "solve STEP",
		Short: "copy the solution into a step, to catch up; your files are backed up",
		Args:  exactlyOne("a STEP", w.knownSteps),
		RunE: func(_ *cobra.Command, args []string) error {
			s, step, err := w.toReplace(args)
			if err != nil {
				return err
			}
			b, err := s.Workspace.Solve(step)
			if err != nil {
				return err
			}
			return w.replaced(s, b, "the solution")
		},
	}
}

func newBreak(w *workshop) *cobra.Command {
	return &cobra.Command{
		Use:   "break VARIANT",
		Short: "put a classic mistake into its step, to find it live; your files are backed up",
		Args:  exactlyOne("a VARIANT", w.knownVariants),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := w.session()
			if err != nil {
				return err
			}
			v, err := findVariant(s.Root(), args[0])
			if err != nil {
				return err
			}
			b, err := s.Workspace.Break(args[0])
			if err != nil {
				return err
			}
			s.Forget(v.Step)
			return w.replaced(s, b, "the mistake "+v.Name)
		},
	}
}

// replaced says what has happened to a step's files, and the way back.
func (w *workshop) replaced(s *session.Session, b workspace.Backup, what string) error {
	changed := append(append([]string{}, b.Written...), b.Removed...)
	if len(changed) == 0 {
		return w.printf("steps/%s holds %s already: nothing was changed.\n", b.Step, what)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "steps/%s now holds %s.\n", b.Step, what)
	if len(b.Written) > 0 {
		fmt.Fprintf(&text, "  written  %s\n", strings.Join(b.Written, ", "))
	}
	if len(b.Removed) > 0 {
		fmt.Fprintf(&text, "  removed  %s\n", strings.Join(b.Removed, ", "))
	}
	if b.Path != "" {
		backup := b.Path
		if rel, err := filepath.Rel(s.Root(), b.Path); err == nil {
			backup = rel
		}
		fmt.Fprintf(&text, "\nYour files are in %s. To get them back, from %s:\n\n  %s\n", backup, s.Root(), wayBack(backup, b.Step, runtime.GOOS))
	}
	return w.printf("%s", text.String())
}

// wayBack is the command that puts a backup back, in the shell that people have on a
// system of that name.
func wayBack(backup, step, goos string) string {
	if goos == "windows" { // PowerShell
		return fmt.Sprintf(`Copy-Item -Recurse -Force '%s\*' 'steps\%s'`, backup, step)
	}
	return fmt.Sprintf("cp -R %s/. steps/%s", backup, step)
}
