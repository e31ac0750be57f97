// Package tryout builds a learner's tests so that they can be run on many
// services, one at a time, without another link for each: the tests import the
// solutions of steps 2 and 3, and there find a front that passes each call on to
// the service which the process was started for. All services are in the binary.
package tryout

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"otel.workshop/internal/gcflags"
	"otel.workshop/internal/linked"
	"otel.workshop/internal/trial"
	"otel.workshop/internal/variant"
)

// Step is the step whose files are tests.
const Step = "05-own-tests"

// subjects is the folder, seen by nobody but the compiler, of the services.
const subjects = "checker/" + Step + "/subjects"

const (
	step02 = "02-handler-spans"
	step03 = "03-db-metrics"
)

// A Refusal is what the compiler says to a learner's tests.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Build builds the tests of the step into dir, where replace stands for files
// on the disk, as for [variant.WriteOverlay], and returns the file of the suite.
// The error is a [Refusal] when the tests do not compile; it names files by
// their real names. The program is kept for the next time under the name keptAs,
// unless that is "": see [linked.Again].
//
// With race they are built with the race detector besides. Where this machine has
// none, the suite says why.
func Build(ctx context.Context, root, dir, keptAs string, replace map[string][]byte, race bool) (file string, err error) {
	binary := filepath.Join(dir, "suite.test.exe") // Windows wants the ending; the others don't mind
	args, overlay, suite, err := prepare(root, binary, replace)
	if err != nil {
		return "", err
	}
	suite.Binary = binary
	if suite.Dir, err = filepath.Abs(filepath.Join(root, "steps", Step)); err != nil {
		return "", err
	}
	err = linked.Again(root, keptAs, binary, func() error { return compile(ctx, root, overlay, args) })
	if err != nil {
		return "", err
	}
	if race {
		racing := filepath.Join(dir, "racing.test.exe")
		// The last -o is the one that counts.
		err := compile(ctx, root, overlay, append(args[:len(args)-1:len(args)-1], "-race", "-o", racing, args[len(args)-1]))
		var refusal Refusal
		switch {
		case errors.As(err, &refusal): // and without it, they compile
			suite.NoRace = why(string(refusal))
		case err != nil:
			return "", err
		default:
			suite.Racing = racing
		}
	}
	return suite.Write(dir)
}

// why returns the line of the go command that says why it builds nothing with the
// race detector.
func why(said string) string {
	for line := range strings.Lines(said) {
		if line = strings.TrimPrefix(strings.TrimSpace(line), "go: "); line != "" && !strings.HasPrefix(line, "# ") {
			return line
		}
	}
	return "the go command does not say why"
}

// compile runs the go command. Its error is a [Refusal] when the compiler's is.
func compile(ctx context.Context, root, overlay string, args []string, env ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = slices.Concat(os.Environ(), []string{"GO111MODULE=on", "GOWORK=off", "GOGC=800"}, env)
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return err
	case err != nil:
		return Refusal(variant.MapBack(overlay, string(out)))
	}
	return nil
}

// BuildArgs returns the arguments of the go command that builds the tests as they
// are on the disk, with all services, into binary. It writes what they name.
func BuildArgs(root, binary string) ([]string, error) {
	hidden, err := variant.Hidden(root, Step)
	if err != nil {
		return nil, err
	}
	args, _, _, err := prepare(root, binary, hidden)
	return args, err
}

// prepare writes the overlay of a build, and returns what builds it.
func prepare(root, binary string, replace map[string][]byte) (args []string, overlay string, suite trial.Suite, err error) {
	all := make(map[string][]byte)
	maps.Copy(all, replace)
	if suite, err = furnish(root, all); err != nil {
		return nil, "", suite, err
	}
	all[path.Join("steps", Step, "subject_chosen_test.go")] = fmt.Appendf(nil, "package owntests\n\nimport _ %q\n", variant.Module+"/"+subjects)
	overlay, err = variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), all, root)
	return buildArgs(binary, overlay, "steps/"+Step), overlay, suite, err
}

// buildArgs are the arguments of the go command that builds the tests of a package
// into binary.
func buildArgs(binary, overlay, pkg string) []string {
	return []string{"test", "-c", "-o", binary, "-vet=off", "-ldflags=-s -w", gcflags.Fast, "-overlay=" + overlay, "./" + pkg}
}

// furnish adds to the replacements the front of both steps, the services behind
// it, and what chooses among them.
func furnish(root string, replace map[string][]byte) (trial.Suite, error) {
	suite := trial.Suite{Tokens: make(map[string]string)}
	for step, front := range map[string]string{step02: handlerFront, step03: storeFront} {
		fronted, err := variant.ForSolution(root, step, variant.Files{"front.go": []byte(front)})
		if err != nil {
			return suite, err
		}
		maps.Copy(replace, fronted)
	}
	secret, err := secret(root)
	if err != nil {
		return suite, err
	}
	var imports, cases bytes.Buffer
	placed := make(map[string]string) // a service's package, by what it is
	place := func(what, step string) (string, error) {
		if name, ok := placed[what]; ok {
			return name, nil
		}
		files, err := filesOf(root, step, what)
		if err != nil {
			return "", err
		}
		name := "s" + secretName(secret, variant.Hash(files))
		for file, data := range files {
			replace[path.Join(subjects, name, file)] = data
		}
		fmt.Fprintf(&imports, "\t%s %q\n", name, variant.Module+"/"+subjects+"/"+name)
		placed[what] = name
		return name, nil
	}
	for _, subject := range trial.All() {
		h, err := place(subject.Handler, step02)
		if err != nil {
			return suite, err
		}
		s, err := place(subject.Store, step03)
		if err != nil {
			return suite, err
		}
		chosen := secretName(secret, h+s)
		suite.Tokens[subject.Name()] = chosen
		fmt.Fprintf(&cases, choice, chosen, h, s)
	}
	replace[path.Join(subjects, "subjects.go")] = fmt.Appendf(nil, chooser, imports.String(), trial.Chosen, cases.String(), trial.Sleeper)
	return suite, nil
}

// filesOf returns the files of a service, which is named by its solution's
// folder or its diff's path without ending, but not its program.
func filesOf(root, step, what string) (variant.Files, error) {
	files, err := variant.Solution(root, step)
	if err != nil {
		return nil, err
	}
	if what != "solutions/"+step {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(what+".diff")))
		if err != nil {
			return nil, fmt.Errorf("read a service to try tests on: %w", err)
		}
		v, err := variant.Parse(what+".diff", data)
		if err != nil {
			return nil, err
		}
		if files, err = v.ApplyTo(files); err != nil {
			return nil, err
		}
	}
	for name := range files {
		if strings.HasPrefix(name, "shop/") {
			delete(files, name)
		}
	}
	return files, nil
}

// secretName returns a name for what, which tells it to nobody who lacks the secret.
func secretName(secret []byte, what string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(what))
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// secret returns what the names of services are made with, the same from build
// to build, so that the compiler's work is found again. Tests could look up a
// name that was the same on every machine, and know the service by it.
func secret(root string) ([]byte, error) {
	name := filepath.Join(root, ".workshop", "subjects.key")
	if key, err := os.ReadFile(name); err == nil && len(key) >= 16 {
		return key, nil
	}
	key := []byte(rand.Text())
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, fmt.Errorf("keep a key: %w", err)
	}
	tmp := name + rand.Text()
	err := errors.Join(os.WriteFile(tmp, key, 0o600), os.Link(tmp, name))
	_ = os.Remove(tmp)
	if err != nil { // another process was faster, or the disk has no links
		if key, err := os.ReadFile(name); err == nil {
			return key, nil
		}
		err = os.WriteFile(name, key, 0o600)
	}
	return key, err
}
