package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"otel.workshop/internal/launch"
	"otel.workshop/internal/scratch"
)

// WarmOptions say what to prepare.
type WarmOptions struct {
	Root string // the workshop's folder

	// Checks returns the arguments of the go command that builds the checks
	// of a step, exactly as the grader does: other flags warm nothing.
	Checks func(step, binary, overlay string) []string

	// Suite returns the arguments that build what step 5 tries tests on. It may be
	// nil.
	Suite func(root, binary string) ([]string, error)

	Progress func(line string) // told before and after each piece of work; may be nil
	Bar      *launch.Bar       // shows how far all of it is; may be nil
	Go       Go                // nil: the real one
}

// An OfflineError is modules that cannot be downloaded.
type OfflineError struct {
	Reason string // the go command's, for the first of them
}

func (e *OfflineError) Error() string {
	return fmt.Sprintf(`the modules cannot be downloaded: go online and try again, or take them from a machine that has them
  the reason        %s
  on that machine   go run . doctor --pack FILE.zip
  on this machine   go run ./internal/pack/unpack FILE.zip`, e.Reason)
}

// Warm downloads the modules, and builds and vets once all that the workshop
// will build, so that it needs no network afterwards and no more time than it
// must. It takes a minute or two on a fresh machine, and a few seconds when
// nothing is left to do. A step that doesn't compile is no error: it is the
// learner's, and half written.
func Warm(ctx context.Context, o WarmOptions) error {
	dir, err := scratch.Dir("otel-workshop-warm-", "the builds")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears what is left

	if err := o.timed("downloading the modules", func() error { return o.download(ctx) }); err != nil {
		return err
	}
	works := o.works(filepath.Join(dir, "built.exe"))
	if err := o.plan(ctx, works); err != nil {
		return err
	}
	for i, w := range works {
		err := o.timed(fmt.Sprintf("%d of %d: %s", i+1, len(works), w.name), func() error {
			out, err := o.run(ctx, w)
			var exit *exec.ExitError
			switch {
			case errors.As(err, &exit) && w.learners:
				o.tell("  it does not compile as it is now; what it stands on is built")
				return nil
			case errors.As(err, &exit):
				return fmt.Errorf("%s: the go command failed: let git status show what was changed\n%s", w.name, strings.TrimSpace(out))
			case err != nil:
				return fmt.Errorf("%s: %w", w.name, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if o.hasDatabase() {
		_, err = launch.Database(ctx, o.Root, nil)
	}
	return err
}

func (o WarmOptions) download(ctx context.Context) error {
	machine := Options{Root: o.Root, Go: o.watching(func(line string) bool { return o.Bar != nil && o.Bar.Plan(line) })}
	_, missing, err := machine.download(ctx, nil)
	if err != nil {
		return fmt.Errorf("download the modules: %w", err)
	}
	if len(missing) == 0 {
		return nil
	}
	// What no build reads is no reason to stop.
	if all, lacking, err := machine.needed(ctx, noNetwork); err == nil && len(lacking) == 0 && all > 0 {
		o.tell(fmt.Sprintf("  %d of the modules in go.mod are not to be had; no build needs them", len(missing)))
		return nil
	}
	return &OfflineError{Reason: missing[0]}
}

// timed tells what is done, and how long it took.
func (o WarmOptions) timed(name string, do func() error) error {
	o.tell(name + " …")
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	o.tell(fmt.Sprintf("  %.1f s", time.Since(start).Seconds()))
	return nil
}

func (o WarmOptions) tell(line string) {
	if o.Progress != nil {
		o.Progress(line)
	}
}

// fsGlob returns the files below root that match a pattern with slashes, in
// order, relative to root.
func fsGlob(root, pattern string) ([]string, error) { return fs.Glob(os.DirFS(root), pattern) }
