// Package solutions_test proves that the checks accept what is right: each
// solution, and each alternative to it.
package solutions_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "go.opentelemetry.io/otel/exporters/stdout/stdouttrace" // for 01-minimal/alternatives/console-too.diff

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

const root = ".."

// Every check passes on the solution, and on correct code in other styles.
func TestSolutionsPass(t *testing.T) {
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	batch, err := grader.NewBatch(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
	for _, step := range steps {
		solution, err := variant.Solution(root, step.Name)
		require.NoError(t, err)
		t.Run(step.Name, func(t *testing.T) { passes(t, batch.Add(step, solution)) })

		alternatives, err := variant.LoadDir(root, "solutions/"+step.Name+"/alternatives")
		require.NoError(t, err)
		for _, alternative := range alternatives {
			t.Run(step.Name+"/"+alternative.Name, func(t *testing.T) {
				files, err := alternative.Apply(root)
				require.NoError(t, err)
				passes(t, batch.Add(step, files))
			})
		}
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
