package grader

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

// startSuite builds a learner's tests, of a step that is about tests, while its
// checks are being built. wait adds to the build where they are, or what the
// compiler says of them. replace is what stands for files on the disk.
func startSuite(ctx context.Context, b *build, replace map[string][]byte, o Options) (wait func() error) {
	switch {
	case !variant.IsTests(b.step):
		return func() error { return nil }
	case o.suite != "":
		b.env = append(b.env, trial.Variable+"="+o.suite)
		return func() error { return nil }
	}
	type built struct {
		file string
		err  error
	}
	done := make(chan built, 1)
	go func() {
		file, err := tryout.Build(ctx, b.root, b.dir, b.keptAs, replace, o.Race)
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

// suites grades versions of a step of tests. Whatever those are, its checks link
// none of them, and are built once; and tests that may share a binary do.
func (b *Batch) suites(versions []*Version) {
	step := versions[0].step.Name
	checks := ""
	var both sync.WaitGroup
	both.Go(func() {
		all := build{root: b.root, step: step, keptAs: step, pure: true, binary: filepath.Join(b.dir, program(step+".test", runtime.GOOS))}
		if _, err := all.compile(b.ctx, nil, ""); err == nil { // or each will say what is wrong
			checks = all.binary
		}
	})
	suites := make(map[*Version]string)
	var sharing []*Version
	var files []variant.Files
	for _, v := range versions {
		if mayShare(v.files) {
			sharing, files = append(sharing, v), append(files, v.files)
		}
	}
	if built, err := tryout.BuildTogether(b.ctx, b.root, b.dir, files); err == nil { // likewise
		for i, v := range sharing {
			suites[v] = built[i]
		}
	}
	both.Wait()
	for _, v := range versions {
		o := Options{batch: b, Root: b.root, Files: v.files, checks: checks, suite: suites[v]}
		b.grade(v, func() (Report, error) { return Grade(b.ctx, v.step, o) })
	}
}
