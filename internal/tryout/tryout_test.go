package tryout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/trial"
	"otel.workshop/internal/variant"
)

const root = "../.."

// The solution's tests should accept every right service and catch each that is
// wrong.
func TestSolutionJudgesWell(t *testing.T) {
	files, err := variant.Solution(root, Step)
	require.NoError(t, err)
	replace, err := variant.ForStep(root, Step, files)
	require.NoError(t, err)
	begin := time.Now()
	file, err := Build(t.Context(), root, t.TempDir(), replace)
	require.NoError(t, err)
	t.Log("built in", time.Since(begin))
	suite, err := trial.Open(file)
	require.NoError(t, err)
	for _, s := range trial.Right() {
		run, err := suite.Try(t.Context(), s)
		require.NoError(t, err)
		if !run.Accepted() {
			t.Errorf("%s: %d, %v, %+v\n%s", s.Name(), run.Exit, run.TimedOut, run.Complaints(), run.Rest)
		}
		t.Log(s.Name(), run.Took)
	}
	for _, kind := range trial.Kinds {
		for _, m := range kind.Mistakes {
			run, err := suite.Try(t.Context(), m)
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
