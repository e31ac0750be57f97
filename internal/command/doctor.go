package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"otel.workshop/internal/doctor"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/launch"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/workspace"
)

func newDoctor(w *workshop) *cobra.Command {
	var warm bool
	var pack string
	cmd := &cobra.Command{
		Use:   "doctor [--warm] [--pack FILE.zip]",
		Short: "what works on this machine, and what to do about the rest",
		Long: `What the workshop needs of this machine, and what to do where it is missing. The
exit status is 1 when something has to be done.

--pack writes the modules that builds need, for every system, into a file that
"go run ./internal/pack/unpack FILE.zip" reads where there is no network.`,
		Args: atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			packs := cmd.Flags().Changed("pack")
			if packs && pack == "" {
				return usageError{"--pack wants the name of the file to write: go run . doctor --pack FILE.zip"}
			}
			if warm || !packs {
				if err := w.doctor(cmd.Context(), warm); err != nil || !packs {
					return err
				}
			}
			return w.pack(cmd.Context(), pack)
		},
	}
	cmd.Flags().BoolVar(&warm, "warm", false, "download and build everything now, so that later needs no network")
	cmd.Flags().StringVar(&pack, "pack", "", "write the modules into `FILE`, for machines without network")
	return cmd
}

func (w *workshop) doctor(ctx context.Context, warm bool) error {
	root := "." // the doctor says what is wrong with that
	if ws, err := workspace.Find("."); err == nil {
		root = ws.Root
	}
	findings := doctor.Examine(ctx, doctor.Options{Root: root})
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err := doctor.Text(w.stdout, findings, w.look().Color); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if doctor.Worst(findings) == doctor.Bad {
		return errNotPassed
	}
	if !warm {
		return nil
	}
	bar := launch.NewBar(w.stdout, w.onTerminal(), root)
	defer bar.Close()
	return ended(ctx, doctor.Warm(ctx, doctor.WarmOptions{Root: root, Checks: checksArgs, Suite: tryout.BuildArgs, Progress: bar.Say, Bar: bar}))
}

// checksArgs are the arguments with which the grader builds a step's checks:
// with any others, nothing of what it needs would be warm.
func checksArgs(step, binary, overlay string) []string {
	if overlay == "" {
		return grader.BuildArgs(step, binary)
	}
	return grader.BuildArgs(step, binary, "-overlay="+overlay)
}
