// Package killmatrix proves that the checks judge well: each broken variant
// compiles and fails exactly the checks that it names, each check is the only
// one to catch some variant, and what is right passes them all. The tests in
// broken/NN-… and solutions/NN-…/alternatives call it, a package a step.
package killmatrix

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/diagnosis"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/variant"
)

var update = flag.Bool("update", false, "rewrite the goldens and the table in README.md")

// Test grades every variant of the step that the test's folder, broken/STEP,
// is for. It compares the goldens, and README.md's table of which check catches
// which variant.
func Test(t *testing.T) {
	const root = "../.."
	step := stepOf(t, root, ".")
	all, err := variant.Load(root)
	require.NoError(t, err)
	variants := slices.DeleteFunc(all, func(v variant.Variant) bool { return v.Step != step.Name })
	batch := newBatch(t, root)

	m := matrix{step: step}
	t.Run("variants", func(t *testing.T) {
		for _, v := range variants {
			t.Run(v.Name, func(t *testing.T) {
				files, err := v.Apply(root)
				require.NoError(t, err)
				version := batch.Add(step, files)
				t.Parallel() // goes on when all have been added
				r, err := version.Report(t.Context())
				require.NoError(t, err)
				caught(t, v, r)
				compareGolden(t, v, r)
				if !*update {
					recognised(t, root, v, r)
				}
				m.add(v, r)
			})
		}
	})
	if t.Failed() || len(m.rows) < len(variants) {
		return // some were left out with -run, or the table would be wrong
	}
	for _, c := range step.Checks {
		if !m.hasSoleCatcher(c.ID) {
			t.Errorf("%s is never the only check that catches a variant: it adds nothing, or a variant is missing", c.FullID())
		}
	}
	compareFile(t, "README.md", m.readme())
	t.Log("\n" + m.text())
}

// stepOf returns the step that the folder dir is named after.
func stepOf(t *testing.T, root, dir string) lesson.Step {
	t.Helper()
	dir, err := filepath.Abs(dir)
	require.NoError(t, err)
	steps, err := lesson.Load(root)
	require.NoError(t, err)
	i := slices.IndexFunc(steps, func(s lesson.Step) bool { return s.Name == filepath.Base(dir) })
	require.GreaterOrEqual(t, i, 0, "no step has a lesson and the name of %s", dir)
	return steps[i]
}

func newBatch(t *testing.T, root string) *grader.Batch {
	t.Helper()
	batch, err := grader.NewBatch(root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, batch.Close()) })
	return batch
}

// caught holds a report against what the variant says of itself.
func caught(t *testing.T, v variant.Variant, r grader.Report) {
	t.Helper()
	require.Empty(t, r.Build, "%s must compile", v.Name)
	got := make(map[grader.Outcome][]string)
	for _, res := range r.Results {
		got[res.Outcome] = append(got[res.Outcome], res.Check.ID)
	}
	var text strings.Builder
	require.NoError(t, report.Text(&text, r, report.Options{Width: 100}))
	require.ElementsMatch(t, v.CaughtBy, got[grader.Fail], "Caught-by of %s\n%s", v.Name, text.String())
	require.ElementsMatch(t, v.Blocked, got[grader.Blocked], "Blocked of %s\n%s", v.Name, text.String())
	for _, other := range []grader.Outcome{grader.Crashed, grader.TimedOut, grader.NotJudged} {
		require.Empty(t, got[other], "%s must not end as %q\n%s", v.Name, other, text.String())
	}
	for _, id := range v.Passes {
		require.Contains(t, got[grader.Pass], id)
	}
}

// compareGolden holds what the learner is told against NAME.golden.
func compareGolden(t *testing.T, v variant.Variant, r grader.Report) {
	t.Helper()
	text, err := diagnosis.Text(r.Results...)
	require.NoError(t, err)
	compareFile(t, v.Name+".golden", text)
}

// recognised holds that a learner who makes the mistake is told its name, unless
// that is all that the starter says, too.
func recognised(t *testing.T, root string, v variant.Variant, r grader.Report) {
	t.Helper()
	require.NoError(t, diagnosis.Annotate(root, &r))
	for _, res := range r.Results {
		switch {
		case res.Outcome != grader.Fail || v.Name == variant.Starter:
			require.Empty(t, res.Known)
		case res.Known != "":
			require.Contains(t, res.Known, v.Name)
		default:
			starter, err := os.ReadFile(variant.Starter + ".golden")
			require.NoError(t, err)
			text, err := diagnosis.Text(res)
			require.NoError(t, err)
			says := text[:strings.LastIndex(text, "\n    steps/")]
			require.Contains(t, strings.ReplaceAll(string(starter), "\r\n", "\n"), says, "%s is not recognised", v.Name)
		}
	}
}

func compareFile(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o666))
		return
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err, "go test ./broken/... -update writes it")
	if want = variant.LF(want); string(want) != got {
		t.Fatalf("%s is another now: go test ./broken/... -update rewrites it; read the difference first\n%s", name, variant.Diff(name, want, name, []byte(got)))
	}
}
