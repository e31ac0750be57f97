package doctor

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A Go runs the go command in a folder, with env added to the environment, and
// returns what it printed. The error of a command that failed is an
// [*exec.ExitError].
type Go func(ctx context.Context, dir string, env []string, args ...string) (output string, err error)

func runGo(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	return watchGo(nil)(ctx, dir, env, args...)
}

const installGo = "install Go from https://go.dev/dl, or add its bin folder to PATH"

var errNoGo = errors.New("the go command is not on your PATH: " + installGo)

var goLine = regexp.MustCompile(`(?m)^go[ \t]+([0-9][^\s/]*)`)

// goCommand compares the go command with what go.mod asks for.
func (o Options) goCommand(ctx context.Context) []Finding {
	f := Finding{Name: "go"}
	if _, err := o.LookPath("go"); err != nil {
		f.Level, f.Says, f.Do = Bad, "the go command is not on your PATH", installGo
		return []Finding{f}
	}
	// What is installed counts, not what it would fetch for this module.
	out, err := o.Go(ctx, o.Root, []string{"GOTOOLCHAIN=local"}, "version")
	have := installed(out)
	if err != nil || have == "" {
		f.Level, f.Says, f.Do = Warn, "it doesn't tell its version: "+firstLine(out, err), "look at what go version prints"
		return []Finding{f}
	}
	text, err := os.ReadFile(filepath.Join(o.Root, "go.mod"))
	m := goLine.FindSubmatch(text)
	if err != nil || m == nil {
		f.Level, f.Says, f.Do = Bad, "go.mod names no Go version", o.restore(ctx, "go.mod")
		return []Finding{f}
	}
	need := string(m[1])
	f.Says = fmt.Sprintf("%s, and go.mod asks for %s", have, need)
	if version.Compare(have, "go"+need) >= 0 {
		return []Finding{f}
	}
	f.Do = fmt.Sprintf("install Go %s or newer from https://go.dev/dl", need)
	switch toolchain, _ := o.Go(ctx, o.Root, nil, "env", "GOTOOLCHAIN"); {
	case strings.HasPrefix(toolchain, "local"), strings.HasPrefix(toolchain, "path"):
		f.Level = Bad
		f.Says += ", which GOTOOLCHAIN=" + strings.TrimSpace(toolchain) + " keeps it from downloading"
	default:
		f.Level = Warn
		f.Says += ", so it downloads that version first"
	}
	return []Finding{f}
}

// installed returns the version in what go version printed.
func installed(out string) string {
	for field := range strings.FieldsSeq(out) {
		if version.IsValid(field) {
			return field
		}
	}
	return ""
}

// firstLine returns the first line of a command's output that says something,
// or the error when there is none.
func firstLine(out string, err error) string {
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	if err != nil {
		return err.Error()
	}
	return "it prints nothing"
}
