package grader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"otel.workshop/internal/compiler"
	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/linked"
	"otel.workshop/internal/stray"
	"otel.workshop/internal/tryout"
	"otel.workshop/internal/variant"
)

// A build is the checks of one step, ready to run.
type build struct {
	root    string
	step    string // "01-minimal"
	dir     string // for the binary and the checks' artifacts
	binary  string
	overlay string // the -overlay file, or ""
	keptAs  string // under which name what is linked is kept, or ""
	vet     string // where go vet's output will be, or "" when nobody has asked it
	failure string // the compiler's messages, when it did not build

	env  []string // what the checks' processes get in their environment besides
	pure bool     // whether it does without the C library; see [tryout.Pure]
}

// BuildArgs are the arguments of the go command that compiles the checks of a
// step into binary. The flags save about half the time between saving a file
// and seeing the verdict: no vet (it runs later), no DWARF and no table of
// symbols (stacks need neither), nothing of this module inlined. Extra flags go in front of the package.
func BuildArgs(step, binary string, flags ...string) []string {
	args := []string{"test", "-c", "-o", binary, "-vet=off", "-ldflags=-s -w", gcflags.Fast}
	return append(append(args, flags...), "./checker/"+step)
}

// program is the name of a program's file, on a system of that name.
func program(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return name
}

// binaries is the folder of a build's binary.
func binaries(dir string) string { return filepath.Join(dir, "bin") }

// makeBuild builds the checks of a step into dir.
func makeBuild(ctx context.Context, step, dir string, o Options) (build, error) {
	root := o.Root
	b := build{root: root, step: step, dir: dir, binary: filepath.Join(binaries(dir), program(step+".test", runtime.GOOS))}
	if err := os.Mkdir(binaries(dir), 0o700); err != nil {
		return b, fmt.Errorf("make a folder for the build: %w", err)
	}
	if o.Files != nil { // what is on the disk is another one after each save
		b.keptAs = step + "-" + variant.Hash(o.Files)[:16]
	}
	var flags []string
	replace, err := replacements(root, step, o.Files)
	if err != nil {
		return b, err
	}
	if len(replace) > 0 {
		b.overlay, err = variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
		if err != nil {
			return b, err
		}
		flags = append(flags, "-overlay="+b.overlay)
	}
	if _, ok := warm.Load(root + step); ok && !variant.IsTests(step) { // nobody asks what vet says of tests
		b.vet = startVet(ctx, b)
	}
	suite := startSuite(ctx, &b, replace, o)
	out, err := b.compile(ctx, flags, o.checks)
	failed := suite()
	switch {
	case ctx.Err() != nil:
		return b, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return b, errNoGo
	case err != nil:
		text := b.mapBack(out)
		switch {
		case strings.Contains(text, "no space left on device"):
			return b, fmt.Errorf("there is no space left to build the checks of %s: free some in %s (or set TMPDIR to another folder), and in what go env GOCACHE names", step, os.TempDir())
		case !compilerLine.MatchString(text):
			if aboutGoMod.MatchString(text) {
				text += "\ngit restore go.mod go.sum brings back what they were."
			}
			return b, fmt.Errorf("build the checks of %s: %w\n%s", step, err, strings.TrimSpace(text))
		}
		b.failure = explainBuild(step, text)
		return b, nil
	case failed != nil || b.failure != "":
		return b, failed
	}
	warm.Store(root+step, true)
	_ = os.Chmod(binaries(dir), 0o555) // what runs there has no business in it
	return b, nil
}

// compile builds the checks, or takes those that are built. It returns what the
// compiler says.
func (b build) compile(ctx context.Context, flags []string, checks string) (string, error) {
	if checks != "" && os.Link(checks, b.binary) == nil {
		return "", nil
	}
	cmd := exec.CommandContext(ctx, "go", BuildArgs(b.step, b.binary, flags...)...)
	cmd.Dir, cmd.Env = b.root, compiling()
	if b.pure {
		cmd.Env = append(cmd.Env, tryout.Pure)
	}
	group(cmd)
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := linked.Again(b.root, b.keptAs, b.binary, cmd.Run)
	return out.String(), err
}

var errNoGo = errors.New("the go command is not on your PATH: install Go from https://go.dev/dl, or add its bin folder to PATH")

// replacements are what the step's checks are built with in the place of what
// is on the disk: files for the step's own, unless they are nil, and the
// program, which goes along beside the checks.
func replacements(root, step string, files map[string][]byte) (map[string][]byte, error) {
	if files == nil {
		replace, err := variant.Hidden(root, step)
		if err != nil {
			return nil, err
		}
		if hasPlace(root, step) {
			own, err := variant.Step(root, step)
			if err != nil {
				return nil, err
			}
			program, err := programBeside(root, step, own)
			if err != nil {
				return nil, err
			}
			maps.Copy(replace, program)
		}
		return replace, nil
	}
	replace, err := variant.ForStep(root, step, files)
	if err != nil {
		return nil, err
	}
	program, err := programBeside(root, step, variant.AsStep(step, files))
	maps.Copy(replace, program)
	return replace, err
}

// aboutGoMod finds complaints about the file itself.
var aboutGoMod = regexp.MustCompile(`\bgo\.(mod|sum)\b`)

// compilerLine is a message about a place in a source file; without one, the
// failure is not about anybody's code.
var compilerLine = regexp.MustCompile(`(?m)^\s*\S.*\.go:\d+|: import cycle not allowed`)

// importedFrom is a line of the path on which the go command has come to the
// import that it complains about.
var importedFrom = regexp.MustCompile(`^(package|\s+imports) \S+$`)

// explainBuild leaves the compiler's messages, without the names of packages,
// and adds what they mean when the checks are what doesn't fit.
func explainBuild(step, text string) string {
	var lines []string
	inChecks, modules := false, false
	cycle := strings.Contains(text, "import cycle not allowed") // then the path is what counts
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "FAIL") || line == "" || !cycle && importedFrom.MatchString(line) {
			continue
		}
		if compilerLine.MatchString(line) {
			line = strings.TrimLeft(line, "\t")
		}
		line = strings.TrimPrefix(line, "./")
		inChecks = inChecks || strings.HasPrefix(filepath.ToSlash(line), "checker/"+step) && !aboutModules.MatchString(line)
		modules = modules || aboutModules.MatchString(line)
		lines = append(lines, line)
	}
	text = strings.Join(lines, "\n")
	if help := compiler.Help(text); len(help) > 0 {
		lines = append(append(lines, ""), help...)
	}
	if inChecks && !compiler.AboutImports(text) {
		lines = append(lines, "", "The checks call what steps/"+step+" exports: keep those names and signatures as the starter has them.")
	}
	if modules {
		lines = append(lines, "", modulesAdvice)
	}
	return strings.Join(lines, "\n")
}

// aboutModules finds what the go command says of packages that it can't find.
var aboutModules = regexp.MustCompile(`cannot find package|no required module provides package|missing go\.sum entry|updates to go\.mod needed`)

const modulesAdvice = "If that is not about an import of your own, go.mod or go.sum is not as it was: git restore go.mod go.sum brings them back."

// mapBack puts the learner's own paths in the place of an overlay's.
func (b build) mapBack(text string) string {
	if b.overlay == "" {
		return text
	}
	return variant.MapBack(b.overlay, text)
}

// asModule adds to an environment what makes a go command see this module, and
// nothing but it, whatever somebody has set for other projects.
func asModule(env []string) []string { return append(env, "GO111MODULE=on", "GOWORK=off") }

// compiling is the environment of a go command that compiles. The compiler is
// done before its memory is worth collecting: that is a seventh of its processor
// time, for some twenty megabytes more.
func compiling() []string {
	return collecting(asModule(os.Environ()), 800)
}

// collecting adds to an environment how far memory may grow before it is
// collected, in percent of what is in use, unless somebody has said so.
func collecting(env []string, percent int) []string {
	if os.Getenv("GOGC") == "" {
		env = append(env, fmt.Sprintf("GOGC=%d", percent))
	}
	return env
}

// environment is what the build's processes see: ours, without what would
// change a verdict. A check has little in memory, and many are at work beside
// each other: to collect it at each doubling is a fifth of their processor time.
func environment(add ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !stray.Variable(name) && !strings.HasPrefix(name, "WORKSHOP_") {
			env = append(env, kv)
		}
	}
	return collecting(asModule(append(env, add...)), 400)
}
