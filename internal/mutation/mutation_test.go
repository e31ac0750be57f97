package mutation

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

const root = "../.."

// mutated is a step with all its mutants.
type mutated struct {
	lesson.Step
	mutants []Mutant
}

// everyStep returns the steps and their mutants, which are made once.
func everyStep(t *testing.T) []mutated {
	t.Helper()
	steps, err := made()
	require.NoError(t, err)
	return steps
}

var made = sync.OnceValues(func() (all []mutated, err error) {
	steps, err := lesson.Load(root)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		if variant.IsTests(step.Name) {
			continue // a service's mutants are what it is about
		}
		mutants, err := All(root, step.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, mutated{step, mutants})
	}
	return all, nil
})

// Every survivor that is listed is a mutant still. (Whether it still survives,
// the command mutate says.)
func TestSurvivorsAreMutants(t *testing.T) {
	known, err := Survivors()
	require.NoError(t, err)
	for _, step := range everyStep(t) {
		require.NotEmpty(t, step.mutants)
		for _, m := range step.mutants {
			delete(known, m.Key())
		}
	}
	for key := range known {
		t.Errorf("survivors.txt names a mutant that is none any more: %s", key)
	}
}

// sampled is how many mutants there are for each that the test below grades. To
// make and to compile all of them takes two seconds; to grade one takes one, so
// their number is what the test costs. It is no divisor of anything, lest the
// sample be all of one kind.
const sampled = 61

// A fixed sample of the mutants is caught, or listed with its reason.
func TestSample(t *testing.T) {
	known, err := Survivors()
	require.NoError(t, err)
	batch, err := grader.NewBatch(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
	for _, step := range everyStep(t) {
		for i := sampled / 2; i < len(step.mutants); i += sampled {
			m := step.mutants[i]
			t.Run(m.Key(), func(t *testing.T) {
				version := batch.Add(step.Step, m.Files)
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
