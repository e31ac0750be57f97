package mutation

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

const root = "../.."

// Every survivor that is listed is a mutant still. (Whether it still survives,
// the command mutate says.)
func TestSurvivorsAreMutants(t *testing.T) {
	known, err := Survivors()
	require.NoError(t, err)
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	for _, step := range steps {
		mutants, err := All(root, step.Name)
		require.NoError(t, err)
		require.NotEmpty(t, mutants)
		for _, m := range mutants {
			delete(known, m.Key())
		}
	}
	for key := range known {
		t.Errorf("survivors.txt names a mutant that is none any more: %s", key)
	}
}

// sampled is how many mutants there are for each that the test below grades.
const sampled = 10

// listed are the steps whose survivors have been looked at, every one.
var listed = []string{"01-minimal"}

// A fixed sample of the mutants is caught, or listed with its reason.
func TestSample(t *testing.T) {
	known, err := Survivors()
	require.NoError(t, err)
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	batch, err := grader.NewBatch(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
	for _, step := range steps {
		if !slices.Contains(listed, step.Name) {
			continue
		}
		mutants, err := All(root, step.Name)
		require.NoError(t, err)
		for i := sampled / 2; i < len(mutants); i += sampled {
			m := mutants[i]
			t.Run(m.Key(), func(t *testing.T) {
				version := batch.Add(step, m.Files)
				t.Parallel() // goes on when all have been added
				r, err := version.Report(t.Context())
				require.NoError(t, err)
				require.Empty(t, r.Build)
				if reason, ok := known[m.Key()]; ok {
					require.Empty(t, Caught(r), "listed as a survivor: %s", reason)
				} else {
					require.NotEmpty(t, Caught(r), "%s/%s:%d survives, and survivors.txt does not say why", m.Step, m.File, m.Line)
				}
			})
		}
	}
}
