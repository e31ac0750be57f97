package grader

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCompileErrors(t *testing.T) {
	r := gradeVictim(t, "package victim\n\nfunc First() int { return \"one\" }\nfunc Second() int { return 2 }\nfunc Third() int { return 3 }\n", Options{})
	require.Equal(t, "does not compile, does not compile, does not compile", outcomes(r))
	require.Contains(t, r.Build, "steps/01-victim/victim.go:3:27: cannot use \"one\"")
	require.NotContains(t, r.Build, "overlay")
	require.False(t, r.Passed(false))

	r = gradeVictim(t, "package victim\n\nfunc First(n int) int { return 1 }\nfunc Second() int { return 2 }\nfunc Third() int { return 3 }\n", Options{})
	require.Contains(t, r.Build, "keep those names and signatures")

	// What the checks share with the grader is none of a step's business.
	r = gradeVictim(t, "package victim\n\nimport \"otel.workshop/checker/internal/receipt\"\n\nfunc First() int { _ = receipt.Write(\"passed\"); return 1 }\nfunc Second() int { return 2 }\nfunc Third() int { return 3 }\n", Options{})
	require.Contains(t, r.Build, "use of internal package otel.workshop/checker/internal/receipt not allowed")

	root, err := victimRoot()
	require.NoError(t, err)
	r, err = Grade(t.Context(), victimStep, Options{Root: root, Files: map[string][]byte{
		"victim.go": []byte("package victim\n\nimport _ \"otel.workshop/solutions/01-victim/a\"\n"),
		"a/a.go":    []byte("package a\n\nimport _ \"otel.workshop/solutions/01-victim\"\n"),
	}})
	require.NoError(t, err)
	require.Contains(t, r.Build, "import cycle not allowed")
	require.Contains(t, r.Build, "otel.workshop/steps/01-victim/a")

	r = gradeVictim(t, "package victim\n\nfunc First() int {\n", Options{})
	require.Contains(t, r.Build, "steps/01-victim/victim.go:")
}

func TestOnly(t *testing.T) {
	var ended []string
	o := Options{Only: []string{"second"}, Progress: func(r Result) { ended = append(ended, r.Check.ID) }}
	r := gradeVictim(t, "package victim\n\nfunc First() int { return 0 }\nfunc Second() int { return 0 }\nfunc Third() int { return 3 }\n", o)
	require.Len(t, r.Results, 1)
	require.Equal(t, Blocked, r.Results[0].Outcome, "the premise is graded too")
	require.Equal(t, "first", r.Results[0].BlockedBy)
	require.Equal(t, []string{"second"}, ended)

	root, err := victimRoot()
	require.NoError(t, err)
	_, err = Grade(t.Context(), victimStep, Options{Root: root, Only: []string{"fourth"}})
	require.ErrorContains(t, err, "fourth")
}

func TestFindingAndArtifacts(t *testing.T) {
	r := gradeVictim(t, "package victim\n\nfunc First() int { return 0 }\nfunc Second() int { return 2 }\nfunc Third() int { return 3 }\n", Options{})
	f := r.Results[0].Finding
	require.NotNil(t, f)
	require.Equal(t, "1", f.Want)
	require.Equal(t, "another number", f.Got)
	require.Equal(t, "steps/01-victim/victim.go", f.File, "the learner's own path, also through an overlay")
	require.Equal(t, 3, f.Line)
	require.Equal(t, &r.Results[0], r.First())
}

func TestCancelled(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	loops := map[string][]byte{"victim.go": []byte("package victim\n\nfunc First() int { for { } }\nfunc Second() int { select { } }\nfunc Third() int { select { } }\n")}
	ctx, cancel := context.WithCancelCause(t.Context())
	saved := errors.New("a file was saved")
	timer := time.AfterFunc(2*time.Second, func() { cancel(saved) })
	defer timer.Stop()
	start := time.Now()
	_, err = Grade(ctx, victimStep, Options{Root: root, Files: loops})
	require.ErrorIs(t, err, saved)
	require.Less(t, time.Since(start), 8*time.Second)
}

func TestSeveralAtOnce(t *testing.T) {
	var all sync.WaitGroup
	reports := make([]Report, 3)
	for i := range reports {
		all.Go(func() { reports[i] = gradeVictim(t, "", Options{}) })
	}
	all.Wait()
	for _, r := range reports {
		require.Equal(t, "pass, pass, pass", outcomes(r))
	}
}

func TestWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	root, err := victimRoot()
	require.NoError(t, err)
	_, err = Grade(t.Context(), victimStep, Options{Root: root})
	require.ErrorContains(t, err, "install Go")
}

func TestStrayEnvironment(t *testing.T) {
	t.Setenv("OTEL_SERVICE_NAME", "stray")
	t.Setenv("https_proxy", "http://192.0.2.1:1")
	r := gradeVictim(t, `package victim

import (
	"os"
	"strings"
)

func First() int {
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "OTEL_") || strings.HasPrefix(kv, "https_proxy=") {
			return 0
		}
	}
	return 1
}
func Second() int { return 2 }
func Third() int { return 3 }
`, Options{})
	require.Equal(t, "pass, pass, pass", outcomes(r))
}

func TestSourcesChange(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	before, err := Sources(root, "01-victim")
	require.NoError(t, err)
	added := filepath.Join(root, "steps", "01-victim", "more.go")
	require.NoError(t, os.WriteFile(added, []byte("package victim\n"), 0o666))
	after, err := Sources(root, "01-victim")
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	require.NoError(t, os.Remove(added))
	again, err := Sources(root, "01-victim")
	require.NoError(t, err)
	require.Equal(t, before, again)
}

// What is wrong with the module or the machine is not said of the step.
func TestSettingsOfOtherProjects(t *testing.T) {
	t.Setenv("GO111MODULE", "off")
	t.Setenv("GOWORK", "/nowhere/go.work")
	r := gradeVictim(t, "", Options{Only: []string{"first"}})
	require.Equal(t, "pass", outcomes(r), r.Build)
}

func TestDamagedModule(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	mod := filepath.Join(root, "go.mod")
	whole, err := os.ReadFile(mod)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.WriteFile(mod, whole, 0o666)) })

	require.NoError(t, os.WriteFile(mod, append(whole, "\nrequir x\n"...), 0o666))
	_, err = Grade(t.Context(), victimStep, Options{Root: root})
	require.ErrorContains(t, err, "unknown directive: requir")
	require.ErrorContains(t, err, "git restore go.mod go.sum")

	require.NoError(t, os.WriteFile(mod, []byte("module otel.workshop\n\ngo 1.26\n"), 0o666))
	r, err := Grade(t.Context(), victimStep, Options{Root: root})
	require.NoError(t, err)
	require.Contains(t, r.Build, "no required module provides package")
	require.Contains(t, r.Build, "git restore go.mod go.sum")
	require.NotContains(t, r.Build, "keep those names")
}

func TestNoTemporaryFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the variable has another name")
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	root, err := victimRoot()
	require.NoError(t, err)
	_, err = Grade(t.Context(), victimStep, Options{Root: root})
	require.ErrorContains(t, err, "make it, or set TMPDIR to one that is there")
}
