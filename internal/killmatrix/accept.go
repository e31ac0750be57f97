package killmatrix

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

// Accept grades the solution of the step that the test's folder,
// solutions/STEP/alternatives, is for, and the diffs in it, which are correct
// code in other styles. Every check passes on each.
func Accept(t *testing.T) {
	const root = "../../.."
	step := stepOf(t, root, "..")
	batch := newBatch(t, root)
	solution, err := variant.Solution(root, step.Name)
	require.NoError(t, err)
	t.Run("solution", func(t *testing.T) { passes(t, batch.Add(step, solution)) })

	alternatives, err := variant.LoadDir(root, "solutions/"+step.Name+"/alternatives")
	require.NoError(t, err)
	for _, alternative := range alternatives {
		t.Run(alternative.Name, func(t *testing.T) {
			files, err := alternative.Apply(root)
			require.NoError(t, err)
			passes(t, batch.Add(step, files))
		})
	}
}

func passes(t *testing.T, version *grader.Version) {
	t.Parallel() // goes on when all have been added
	r, err := version.Report(t.Context())
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, report.Text(&b, r, report.Options{Width: 100}))
	require.True(t, r.Passed(true), b.String())
	for _, res := range r.Results {
		require.NotEqual(t, grader.NotJudged, res.Outcome, "%s: %s", res.Check.ID, res.Summary)
	}
}
