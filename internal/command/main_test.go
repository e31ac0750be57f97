package command

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/workspace"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"workshop": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"stubbed": func() {
			w := &workshop{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, open: openStubbed}
			os.Exit(run(context.Background(), w, os.Args[1:]))
		},
	})
}

// TestScripts runs testdata/*.txt. The command is "workshop", or "stubbed"
// where grading is not the point; "status N COMMAND…" runs one and expects an
// exit status; "copy" copies folders of this repository.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	settings := goSettings(t)
	work, err := sessiontest.SamePlace("otel-workshop-command")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(work) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata", WorkdirRoot: work,
		Setup: func(env *testscript.Env) error {
			for name, value := range settings {
				env.Setenv(name, value)
			}
			command, err := exec.LookPath("workshop")
			if err != nil {
				return err
			}
			env.Setenv("WORKSHOP", command)
			if err := copyAll(root, env.WorkDir, "go.mod", "go.sum", "steps", "solutions", "broken", "checker"); err != nil {
				return err
			}
			return restore(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": func(ts *testscript.TestScript, neg bool, args []string) {
				want, err := strconv.Atoi(args[0])
				if neg || err != nil {
					ts.Fatalf("usage: status N COMMAND…")
				}
				got := 0
				if err := ts.Exec(args[1], args[2:]...); err != nil {
					var exit *exec.ExitError
					if !errors.As(err, &exit) {
						ts.Fatalf("%v", err)
					}
					got = exit.ExitCode()
				}
				if got != want {
					ts.Fatalf("exit status %d, want %d", got, want)
				}
			},
			"copy": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Check(copyAll(root, ts.MkAbs("."), args...))
			},
		},
	})
}

// restore makes the steps what they began with: a learner may be at work in
// this checkout.
func restore(root string) error {
	w, err := workspace.Find(root)
	if err != nil {
		return err
	}
	steps, err := w.Steps()
	if err != nil {
		return err
	}
	for _, step := range steps {
		if _, err := w.Reset(step); err != nil {
			return err
		}
	}
	return os.RemoveAll(filepath.Join(root, ".workshop"))
}

// goSettings returns what the go command has to be told in a script, where HOME
// is another folder.
func goSettings(t *testing.T) map[string]string {
	names := []string{"GOPATH", "GOCACHE", "GOMODCACHE", "GOFLAGS", "GOTOOLCHAIN", "GOPROXY"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	require.NoError(t, err)
	settings := map[string]string{}
	for i, value := range strings.Split(strings.TrimRight(string(out), "\r\n"), "\n") {
		settings[names[i]] = strings.TrimSpace(value)
	}
	return settings
}

func copyAll(from, to string, names ...string) error {
	for _, name := range names {
		src, dst := filepath.Join(from, name), filepath.Join(to, name)
		info, err := os.Stat(src)
		if err != nil {
			return err
		}
		if info.IsDir() {
			err = os.CopyFS(dst, os.DirFS(src))
		} else {
			var data []byte
			if data, err = os.ReadFile(src); err == nil {
				err = os.WriteFile(dst, data, 0o644)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openStubbed opens a session whose grader passes the checks that are listed in
// the file "passing", one id a line; "all" is every one. Everything else fails.
func openStubbed(dir string) (*session.Session, error) {
	s, err := session.Open(dir)
	if err != nil {
		return nil, err
	}
	s.Grade = func(_ context.Context, step lesson.Step, o grader.Options) (grader.Report, error) {
		r := grader.Report{Step: step}
		data, err := os.ReadFile(filepath.Join(o.Root, "passing"))
		if err != nil {
			return r, err
		}
		passing := strings.Fields(string(data))
		if r.Sources, err = grader.Sources(o.Root, step.Name); err != nil {
			return r, err
		}
		for _, c := range step.Checks {
			if o.Only != nil && c.ID != o.Only[0] {
				continue
			}
			res := grader.Result{Check: c, Outcome: grader.Fail, Finding: &finding.Finding{Want: "this", Got: "that"}}
			for _, id := range passing {
				if id == c.ID || id == "all" || id == "core" && !c.Further {
					res.Outcome, res.Finding = grader.Pass, nil
				}
			}
			r.Results = append(r.Results, res)
		}
		return r, nil
	}
	return s, nil
}
