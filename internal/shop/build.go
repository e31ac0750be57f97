package shop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/robustio"

	"otel.workshop/internal/compiler"
	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/linked"
	"otel.workshop/internal/scratch"
	"otel.workshop/internal/variant"
)

// A BuildError is code that the go command refuses.
type BuildError struct {
	Source   Source
	Messages string // the compiler's, with paths relative to the root, with slashes
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("%s does not compile: put this right and save\n%s", e.Source, e.Messages)
}

// BuildArgs returns the arguments of the go command that builds the service in
// dir ("steps/01-minimal") into the file binary, over an overlay unless that
// is "". The flags are those of the grader, so that either finds in the build
// cache what the other has compiled: no DWARF and no symbols, nothing of this module
// inlined; and git is not asked for the version, which can fail.
func BuildArgs(dir, binary, overlay string) []string {
	args := []string{"build", "-o", binary, "-buildvcs=false", "-ldflags=-s -w", gcflags.Fast}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	return append(args, "./"+dir+"/shop")
}

// A binary is a service that was built, in a temporary folder of its own.
type binary struct{ dir, path string }

func (b binary) remove() error { return robustio.RemoveAll(b.dir) }

// newBinary makes the folder of a service that is about to be built.
func newBinary() (b binary, err error) {
	if b.dir, err = scratch.Dir("otel-workshop-shop-", "the service"); err != nil {
		return binary{}, err
	}
	b.path = filepath.Join(b.dir, "shop.exe") // Windows wants the ending; the others don't mind
	return b, nil
}

// build returns a binary of the service that is the caller's to remove. On an
// error nothing is left of it.
func (s *Shop) build(ctx context.Context) (binary, error) {
	if s.o.Built != nil {
		return s.o.Built.another()
	}
	return compile(ctx, s.o.Root, s.o.Source)
}

// compile compiles a service. On an error nothing is left of it.
func compile(ctx context.Context, root string, source Source) (b binary, err error) {
	if err := source.Check(root); err != nil {
		return binary{}, err
	}
	overlay, err := source.overlay(root)
	if err != nil {
		return binary{}, fmt.Errorf("build %s: %w", source, err)
	}
	if b, err = newBinary(); err != nil {
		return binary{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.remove())
		}
	}()
	cmd := exec.CommandContext(ctx, "go", BuildArgs(source.dir(), b.path, overlay)...)
	cmd.Dir = root
	prepare(cmd)
	cmd.Cancel = func() error { return killTree(cmd.Process.Pid) }
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = linked.Again(root, source.keptAs(), b.path, cmd.Run)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return b, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return b, errors.New("the go command is not on your PATH: install Go from https://go.dev/dl, or add its bin folder to PATH")
	case err != nil:
		messages := explain(out.String(), overlay)
		if strings.Contains(messages, "no space left on device") {
			return b, fmt.Errorf("there is no space left to build %s: free some in %s (or set TMPDIR to another folder), and in what go env GOCACHE names", source, os.TempDir())
		}
		if errors.As(err, &exit) && aboutCode.MatchString(messages) {
			return b, &BuildError{Source: source, Messages: messages}
		}
		return b, fmt.Errorf("build %s: %w\n%s", source, err, messages)
	}
	return b, nil
}

// place is the beginning of a message about a place in a source file.
var place = regexp.MustCompile(`(?m)^[^\s:][^:\n]*\.go:\d+`)

// aboutCode tells messages about code, import cycles among them, from those
// about a network, a disk or a module cache.
var aboutCode = regexp.MustCompile(place.String() + `|(?m)^package ` + regexp.QuoteMeta(variant.Module) + `/`)

// explain leaves the compiler's messages, without the names of packages, with
// paths as the learner writes them.
func explain(text, overlay string) string {
	if overlay != "" {
		text = variant.MapBack(overlay, text)
	}
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		lines = append(lines, line)
	}
	if help := compiler.Help(strings.Join(lines, "\n")); len(help) > 0 {
		lines = append(append(lines, ""), help...)
	}
	return place.ReplaceAllStringFunc(strings.Join(lines, "\n"), func(path string) string {
		return strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "./")
	})
}
