// Package conventions checks that a step's code is written as Go is: formatted,
// free of what go vet finds, and without an error of a telemetry or database
// call that is dropped in silence.
package conventions

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/gcflags"
)

// Check looks at the Go files of steps/step, its program included. premises
// are the checks that speak of dropped errors too: they come first.
func Check(t *testing.T, step string, premises ...string) {
	src, err := load("steps/" + step)
	if err != nil {
		t.Fatal(err)
	}
	var (
		both    sync.WaitGroup
		dropped []string
		failed  error
	)
	t.Attr("helper", "runs") // the grader blames nobody for what it takes
	both.Go(func() { dropped, failed = droppedErrors(src) })
	vet := goVet(src)
	both.Wait()
	t.Attr("helper", "ended")
	if failed != nil {
		t.Fatal(failed)
	}

	unformatted := src.unformatted()
	if len(unformatted)+len(vet)+len(dropped) == 0 {
		return
	}
	got := [][]string{
		{"gofmt -l", list(unformatted)},
		{"go vet", list(vet)},
		{"dropped errors", list(dropped)},
	}
	f := finding.Finding{
		Want: recorder.Table([]string{"gofmt -l", "nothing"}, []string{"go vet", "nothing"}, []string{"dropped errors", "nothing"}),
		Got:  recorder.Table(got...),
	}
	switch {
	case len(dropped) > 0:
		if len(unformatted)+len(vet) == 0 {
			recorder.Needs(t, premises...)
		}
		f.Cause = "Return the error, join it, or log it. If it may be dropped, write _ = and the reason in a comment."
		f.File, f.Line = place(dropped[0])
	case len(vet) > 0:
		f.File, f.Line = place(vet[0])
	default:
		f.Cause = "gofmt -w " + unformatted[0] + " puts it right; most editors do so at every save."
		if src.marked(unformatted[0]) {
			f.Cause = "The file begins with a byte order mark, which no editor shows. " + f.Cause
		}
		f.File, f.Line = unformatted[0], 1
	}
	recorder.Fail(t, f)
}

// list puts findings below each other, in the second column of a table.
func list(lines []string) string {
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "\n\t")
}

// place splits "steps/01-minimal/telemetry.go:57:3: message".
func place(line string) (file string, n int) {
	parts := strings.SplitN(line, ":", 3)
	if len(parts) > 1 {
		_, _ = fmt.Sscan(parts[1], &n) // no number: the whole file is meant
	}
	return parts[0], n
}

// unformatted returns the files that gofmt would change.
func (s *sources) unformatted() []string {
	var names []string
	for _, f := range s.files {
		if formatted, err := format.Source(f.content); err == nil && !bytes.Equal(formatted, f.content) {
			names = append(names, f.name)
		}
	}
	return names
}

// marked reports whether a file begins with a byte order mark.
func (s *sources) marked(name string) bool {
	return slices.ContainsFunc(s.files, func(f file) bool {
		return f.name == name && bytes.HasPrefix(f.content, []byte("\ufeff"))
	})
}

// vetOutput is the environment variable in which the grader, which may have
// asked go vet already, names the file that will have its output.
const vetOutput = "WORKSHOP_VET"

// goVet returns what go vet says of the step, a line each.
func goVet(s *sources) []string {
	out, ok := waitFor(os.Getenv(vetOutput))
	if !ok {
		var err error
		if out, err = s.goCommand("vet", "./"+s.dir+"/...").CombinedOutput(); err == nil {
			return nil
		}
		if len(out) == 0 { // it did not even start
			return []string{"go vet: " + err.Error()}
		}
	}
	if len(out) == 0 {
		return nil
	}
	var lines []string
	for line := range strings.Lines(s.mapBack(string(out))) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "vet: ")
		line = strings.TrimPrefix(line, "./")
		if strings.HasPrefix(line, s.dir) {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		lines = []string{strings.TrimSpace(string(out))}
	}
	return lines
}

// waitFor reads a file that somebody is about to write.
func waitFor(name string) ([]byte, bool) {
	if name == "" {
		return nil, false
	}
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if data, err := os.ReadFile(name); err == nil {
			return data, true
		}
	}
	return nil, false
}

// goCommand returns a go command that sees the sources as they are graded. Its
// flags are those with which the grader has just compiled them, so that it
// finds them in the build cache.
func (s *sources) goCommand(verb string, args ...string) *exec.Cmd {
	all := []string{verb, gcflags.Fast}
	if s.overlay != "" {
		all = append(all, "-overlay="+s.overlay)
	}
	cmd := exec.Command("go", append(all, args...)...)
	cmd.Dir = filepath.FromSlash(s.root)
	return cmd
}
