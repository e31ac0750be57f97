package killmatrix

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

var (
	times = flag.Int("times", 1, "how often each right answer is graded")
	busy  = flag.Int("busy", 0, "how many goroutines work beside that, for nothing")
)

// Accept grades the solution of the step that the test's folder,
// solutions/STEP/alternatives, is for, and the diffs in it, which are correct
// code in other styles. Every check passes on each, every time.
func Accept(t *testing.T) {
	for range *busy {
		go func() {
			for t.Context().Err() == nil {
			}
		}()
	}
	const root = "../../.."
	step := stepOf(t, root, "..")
	batch := newBatch(t, root)
	solution, err := variant.Solution(root, step.Name)
	require.NoError(t, err)
	t.Run("solution", func(t *testing.T) { passes(t, batch, step, solution) })

	alternatives, err := variant.LoadDir(root, "solutions/"+step.Name+"/alternatives")
	require.NoError(t, err)
	for _, alternative := range alternatives {
		t.Run(alternative.Name, func(t *testing.T) {
			files, err := alternative.Apply(root)
			require.NoError(t, err)
			passes(t, batch, step, files)
		})
	}
}

func passes(t *testing.T, batch *grader.Batch, step lesson.Step, files variant.Files) {
	versions := make([]*grader.Version, *times)
	for i := range versions {
		versions[i] = batch.Add(step, files)
	}
	t.Parallel() // goes on when all have been added
	for i, version := range versions {
		r, err := version.Report(t.Context())
		require.NoError(t, err)
		var b strings.Builder
		require.NoError(t, report.Text(&b, r, report.Options{Width: 100}))
		assert.True(t, r.Passed(true), "grading %d of %d\n%s", i+1, *times, b.String())
		for _, res := range r.Results {
			assert.NotEqual(t, grader.NotJudged, res.Outcome, "%s: %s", res.Check.ID, res.Summary)
		}
	}
}
