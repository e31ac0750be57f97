package grader

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

// startSuite builds a learner's tests, of a step that is about tests, while its
// checks are being built. wait adds to the build where they are, or what the
// compiler says of them. replace is what stands for files on the disk. With race
// they are built with the race detector, too.
func startSuite(ctx context.Context, b *build, replace map[string][]byte, race bool) (wait func() error) {
	if !variant.IsTests(b.step) {
		return func() error { return nil }
	}
	type built struct {
		file string
		err  error
	}
	done := make(chan built, 1)
	go func() {
		file, err := tryout.Build(ctx, b.root, b.dir, replace, race)
		done <- built{file, err}
	}()
	return func() error {
		suite := <-done
		var refusal tryout.Refusal
		switch {
		case errors.As(suite.err, &refusal):
			text := string(refusal)
			if strings.Contains(text, "multiple definitions of TestMain") {
				b.failure = "Two of the tests' files have a TestMain, and a package has one: take one out."
				return nil
			}
			if !compilerLine.MatchString(text) {
				return errors.New("build the tests of " + b.step + ": " + text)
			}
			b.failure = explainBuild(b.step, text)
		case errors.Is(suite.err, exec.ErrNotFound):
			return errNoGo
		case suite.err != nil:
			return suite.err
		}
		b.env = append(b.env, trial.Variable+"="+suite.file)
		return nil
	}
}
