package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/scratch"
	"otel.workshop/internal/shop"
)

// WarmOptions say what to prepare.
type WarmOptions struct {
	Root string // the workshop's folder

	// Checks returns the arguments of the go command that builds the checks
	// of a step, exactly as the grader does: other flags warm nothing.
	Checks func(step, binary, overlay string) []string

	Progress func(line string) // told before and after each piece of work; may be nil
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
	if o.Go == nil {
		o.Go = runGo
	}
	dir, err := scratch.Dir("otel-workshop-warm-", "the builds")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears what is left

	if err := o.timed("downloading the modules", func() error { return o.download(ctx) }); err != nil {
		return err
	}
	works := o.works(filepath.Join(dir, "built.exe"))
	for i, w := range works {
		err := o.timed(fmt.Sprintf("%d of %d: %s", i+1, len(works), w.name), func() error {
			out, err := o.Go(ctx, o.Root, nil, w.args...)
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
	return nil
}

func (o WarmOptions) download(ctx context.Context) error {
	machine := Options{Root: o.Root, Go: o.Go}
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

// A work is one run of the go command.
type work struct {
	name     string
	args     []string
	learners bool // it compiles what a learner edits
}

// works returns what the workshop will let the go command do, each piece once.
// The command itself is built: it is what runs here.
func (o WarmOptions) works(binary string) []work {
	var all []work
	for _, tree := range []string{"solutions", "steps"} {
		for _, dir := range services(o.Root, tree) {
			all = append(all, work{"building " + dir + "/shop", shop.BuildArgs(dir, binary, ""), tree == "steps"})
		}
	}
	checks := slices.Compact(parents(o.Root, "checker/[0-9][0-9]-*/*_test.go", 1))
	for _, dir := range checks {
		if o.Checks != nil {
			all = append(all, work{"building " + dir, o.Checks(filepath.Base(dir), binary, ""), true})
		}
	}
	// With the flags of the builds, it finds what they have compiled.
	if len(services(o.Root, "solutions")) > 0 {
		all = append(all, work{"vetting the solutions", []string{"vet", gcflags.Fast, "./solutions/..."}, false})
	}
	return all
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
