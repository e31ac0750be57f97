package trial

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
)

// How a test ended.
const (
	Passed  = "PASS"
	Failed  = "FAIL"
	Skipped = "SKIP"
	Unended = "" // it has begun, and its end was not seen
)

// A Test is one of a suite's top-level tests.
type Test struct {
	Name   string
	Ended  string // Passed, Failed, Skipped or Unended
	Output string // all that was printed while it ran, its subtests' lines included
}

// A Run is what became of a suite on one subject.
type Run struct {
	Tests    []Test // in the order in which they began
	Exit     int    // the process's exit status; -1 when it was killed
	Rest     string // what was printed beside any test
	TimedOut bool
	Took     time.Duration
	Worked   time.Duration // how much of that it had a processor
}

// Accepted reports whether the tests had nothing against the subject: they came
// to their end, one of them passed, and none failed.
func (r Run) Accepted() bool {
	return r.Exit == 0 && !r.TimedOut && r.Ran() > 0 && len(r.Complaints()) == 0
}

// Ran counts the tests that have passed.
func (r Run) Ran() (n int) {
	for _, t := range r.Tests {
		if t.Ended == Passed {
			n++
		}
	}
	return n
}

// Complaints are the tests that failed, or did not come to their end.
func (r Run) Complaints() (tests []Test) {
	for _, t := range r.Tests {
		if t.Ended == Failed || t.Ended == Unended {
			tests = append(tests, t)
		}
	}
	return tests
}

// How long a suite may take for one subject. Tests of telemetry take
// milliseconds; with a mistake they may hang, which is a way to catch it.
const (
	Patience     = 3 * time.Second
	MorePatience = 7 * time.Second // for what should not hang, on a busy machine
)

// Try runs the suite on a subject, in a process of its own, with these flags of
// go test besides. What takes longer than patience is killed.
func (s Suite) Try(ctx context.Context, patience time.Duration, subject Subject, flags ...string) (Run, error) {
	return s.try(ctx, patience, subject, flags, nil)
}

// TryRacing is Try for the solution, with the race detector.
func (s Suite) TryRacing(ctx context.Context, flags ...string) (Run, error) {
	s.Binary = s.Racing
	// At its end, the detector would wait for a second.
	return s.try(ctx, MorePatience, Solution, flags, []string{"GORACE=atexit_sleep_ms=0"})
}

// Sleeps runs the suite on the solution, and returns where one of its tests was
// seen asleep in real time, "steps/05-own-tests/store_test.go:30", or "". dir is
// for a file.
func (s Suite) Sleeps(ctx context.Context, dir string) (place string, err error) {
	file := filepath.Join(dir, "asleep")
	if _, err := s.try(ctx, MorePatience, Solution, nil, []string{Sleeper + "=" + file}); err != nil {
		return "", err
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(text), err
}

func (s Suite) try(ctx context.Context, patience time.Duration, subject Subject, flags, env []string) (Run, error) {
	token, ok := s.Tokens[subject.Name()]
	if !ok {
		return Run{}, fmt.Errorf("the tests were built without %s", subject.Name())
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Binary, append([]string{"-test.v=test2json", "-test.paniconexit0"}, flags...)...)
	cmd.Dir = s.Dir
	cmd.WaitDelay = time.Second
	cmd.Env = environment(token, env...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	run := read(string(out))
	run.Took = time.Since(begin)
	if cmd.ProcessState != nil {
		run.Worked = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		run.TimedOut, run.Exit = true, -1
	case errors.As(err, &exit):
		run.Exit = exit.ExitCode()
	case err != nil:
		return run, fmt.Errorf("run the tests: %w", err)
	}
	return run, nil
}

// environment returns that of a process which has the subject of that token.
func environment(token string, more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "WORKSHOP_") })
	return append(append(env, Chosen+"="+token), more...)
}

// marker stands before each line of the test framework's own.
const marker = "\x16"

// read takes apart what a process of tests has printed with
// -test.v=test2json.
func read(out string) (r Run) {
	at := make(map[string]int) // where a test is in r.Tests
	now := ""                  // the test that printed last
	for line := range strings.Lines(out) {
		text, ours := strings.CutPrefix(line, marker)
		if !ours { // a line that somebody printed without an end may stand before one
			var before string
			if before, text, ours = strings.Cut(line, marker); ours {
				r.print(at, now, before+"\n")
			}
		}
		if !ours {
			r.print(at, now, line)
			continue
		}
		fields := strings.Fields(text)
		switch {
		case len(fields) >= 3 && fields[0] == "===":
			now = fields[2]
			if _, seen := at[now]; fields[1] == "RUN" && !strings.Contains(now, "/") && !seen {
				at[now] = len(r.Tests)
				r.Tests = append(r.Tests, Test{Name: now})
			}
		case len(fields) >= 3 && fields[0] == "---":
			name, how := fields[2], strings.TrimSuffix(fields[1], ":")
			if i, ok := at[name]; ok && r.Tests[i].Ended != Failed { // with -count, once is enough
				r.Tests[i].Ended = how
			}
			now = name
		}
	}
	return r
}

// print adds what was printed to its test.
func (r *Run) print(at map[string]int, name, text string) {
	name, _, _ = strings.Cut(name, "/")
	if i, ok := at[name]; ok {
		r.Tests[i].Output += text
		return
	}
	r.Rest += text
}
