package tryout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/variant"
)

const root = "../.."

// built returns the solution's tests.
func built(t *testing.T) trial.Suite {
	files, err := variant.Solution(root, Step)
	require.NoError(t, err)
	replace, err := variant.ForStep(root, Step, files)
	require.NoError(t, err)
	begin := time.Now()
	file, err := Build(t.Context(), root, t.TempDir(), "tryout", replace, false)
	require.NoError(t, err)
	t.Log("built in", time.Since(begin))
	suite, err := trial.Open(file)
	require.NoError(t, err)
	return suite
}

// The solution's tests, built as a learner's are.
func TestSolution(t *testing.T) {
	suite := built(t)
	t.Run("judges well", func(t *testing.T) { judgesWell(t, suite) })
	t.Run("mistakes show", func(t *testing.T) { mistakesShow(t, suite) })
}

// The solution's tests should accept every right service and catch each that is
// wrong.
func judgesWell(t *testing.T, suite trial.Suite) {
	for _, s := range trial.Right() {
		run, err := suite.Try(t.Context(), trial.Patience, s)
		require.NoError(t, err)
		if !run.Accepted() {
			t.Errorf("%s: %d, %v, %+v\n%s", s.Name(), run.Exit, run.TimedOut, run.Complaints(), run.Rest)
		}
		t.Log(s.Name(), run.Took)
	}
	for _, kind := range trial.Kinds {
		for _, m := range kind.Mistakes {
			run, err := suite.Try(t.Context(), trial.Patience, m)
			require.NoError(t, err)
			if run.Accepted() {
				t.Errorf("%s: %s got through", kind.Check, m.Name())
			}
			t.Log(m.Name(), run.Took)
			for _, c := range run.Complaints() {
				t.Log(c.Name, c.Output)
			}
		}
	}
}

// Each mistake should tell something else than the solution, in one of the scenes
// of its kind.
func mistakesShow(t *testing.T, suite trial.Suite) {
	for _, kind := range trial.Kinds {
		right, err := suite.Play(t.Context(), t.TempDir(), trial.Solution, kind.Scenes...)
		require.NoError(t, err)
		for _, m := range kind.Mistakes {
			begin := time.Now()
			wrong, err := suite.Play(t.Context(), t.TempDir(), m, kind.Scenes...)
			require.NoError(t, err)
			took := time.Since(begin)
			a, b, ok := trial.Differ(wrong, right)
			if !ok {
				t.Errorf("%s: %s tells what the solution tells", kind.Check, m.Name())
			}
			t.Logf("%s (%v): %s\n%s\n%s", m.Name(), took, a.Name, differing(a.Spans, b.Spans), differing(a.Points, b.Points))
		}
	}
}

// differing returns both texts where they differ.
func differing(wrong, right string) string {
	if wrong == right {
		return ""
	}
	return "wrong\n" + wrong + "\nright\n" + right
}
