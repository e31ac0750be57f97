//go:build race

// A build with the race detector takes long the first time: CI has it, for its
// other tests.

package grader

import (
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// racing are two tests that run side by side, and count what they have seen.
const racing = `package owntests

import (
	"context"
	"testing"
)

var seen int

func TestOne(t *testing.T) { ask(t) }
func TestTwo(t *testing.T) { ask(t) }

func ask(t *testing.T) {
	t.Parallel()
	seen++
	shipped := func(context.Context, int64) (string, error) { return "shipped", nil }
	get(t.Context(), service(t, shipped, paid), "/orders/42")
}
`

// Tests with a data race should be told so where somebody asks; where there is no
// race detector, that should be said; and without being asked for, it is none of
// a check's business.
func TestRace(t *testing.T) {
	steps, err := lesson.Load("../..")
	require.NoError(t, err)
	step, _, err := lesson.Find(steps, "05")
	require.NoError(t, err)
	solution, err := variant.Solution("../..", step.Name)
	require.NoError(t, err)
	accepts := func(source string, race bool) Result {
		files := variant.Files{"doc.go": solution["doc.go"], "given_test.go": solution["given_test.go"], "racing_test.go": []byte(source)}
		r, err := Grade(t.Context(), step, Options{Root: "../..", Files: files, Only: []string{"accepts-right-answers"}, Race: race})
		require.NoError(t, err)
		require.Empty(t, r.Build)
		return r.Results[0]
	}
	require.Equal(t, Pass, accepts(racing, false).Outcome)

	if _, err := exec.LookPath("gcc"); err == nil {
		res := accepts(racing, true)
		require.Equal(t, Fail, res.Outcome, res.Summary)
		require.Equal(t, "steps/05-own-tests/racing_test.go", res.Finding.File)
		require.Equal(t, 15, res.Finding.Line)
		require.Contains(t, res.Finding.Got, "rite by goroutine")
	}

	if runtime.GOOS == "darwin" { // its race detector needs no cgo
		return
	}
	t.Setenv("CGO_ENABLED", "0")
	res := accepts(racing, true)
	require.Equal(t, NotJudged, res.Outcome, res.Summary)
	require.Contains(t, res.Summary, "-race requires cgo")
}
