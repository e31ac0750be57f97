package hints

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

const root = "../.."

// Hint 3 of each check, applied to the starter with what the checks before it
// needed, makes that check pass.
func TestHintsLeadToTheEnd(t *testing.T) {
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	left := make(map[string]bool)
	for id := range edits {
		left[id] = true
	}
	for _, step := range steps {
		t.Run(step.Name, func(t *testing.T) {
			batch, err := grader.NewBatch(root)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, batch.Close()) })
			starter, err := variant.Originals(root, step.Name)
			require.NoError(t, err)
			solution, err := variant.Solution(root, step.Name)
			require.NoError(t, err)
			files := variant.AsSolution(step.Name, starter) // as a version of the step is given
			packages := packagesOf(files, solution)
			for _, c := range inOrder(step) {
				delete(left, c.FullID())
				files, err = follow(c, files, packages)
				require.NoError(t, err)
				alone := step
				alone.Checks = []lesson.Check{c}
				version := batch.Add(alone, files)
				t.Run(c.Number, func(t *testing.T) {
					t.Parallel() // goes on when all have been added
					r, err := version.Report(t.Context())
					require.NoError(t, err)
					require.Len(t, r.Results, 1)
					var b strings.Builder
					require.NoError(t, report.Text(&b, r, report.Options{Width: 100}))
					require.True(t, passes(r), "hint 3 of %s does not make it pass\n%s", c.FullID(), b.String())
				})
			}
		})
	}
	require.Empty(t, left, "edits for checks that there are not")
}

// inOrder returns the checks of a step in the order in which a learner passes
// them: the lesson's, but that one which another waits for comes before it.
func inOrder(step lesson.Step) (checks []lesson.Check) {
	add := func(c lesson.Check) {
		if !slices.ContainsFunc(checks, func(d lesson.Check) bool { return d.ID == c.ID }) {
			checks = append(checks, c)
		}
	}
	for _, c := range step.Checks {
		for _, other := range step.Checks {
			if waits[c.FullID()] == other.FullID() {
				add(other)
			}
		}
		add(c)
	}
	return checks
}

// passes reports whether all of it does that this machine can judge.
func passes(r grader.Report) bool {
	return !slices.ContainsFunc(r.Results, func(res grader.Result) bool {
		return res.Outcome != grader.Pass && res.Outcome != grader.NotJudged
	}) && r.Build == ""
}
