package diagnosis

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

const step = "02-second"

// failing is a check that got something, somewhere.
func failing(got string, line int) grader.Result {
	return grader.Result{
		Check:   lesson.Check{Step: step, Number: "2.1", ID: "beta", Rule: "Code should beta."},
		Outcome: grader.Fail,
		Finding: &finding.Finding{Want: "one", Got: got, File: "steps/02-second/second.go", Line: line},
	}
}

// newRoot makes a checkout with one broken variant for each thing that the
// check may get.
func newRoot(t *testing.T, got map[string]string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "broken", step)
	require.NoError(t, os.MkdirAll(dir, 0o777))
	for name, got := range got {
		text, err := Text(failing(got, 3))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".golden"), []byte(text), 0o666))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".diff"), []byte(`It is `+name+`.

Caught-by: beta

--- a/solutions/02-second/second.go
+++ b/solutions/02-second/second.go
@@ -1 +1 @@
-package second
+package other
`), 0o666))
	}
	return root
}

func TestAnnotate(t *testing.T) {
	root := newRoot(t, map[string]string{
		"starter": "nothing", "not-begun": "nothing", "twice": "two   trace 0af76519", "three-times": "three", "thrice": "three",
	})
	known := func(res grader.Result) string {
		t.Helper()
		r := grader.Report{Step: lesson.Step{Name: step}, Results: []grader.Result{res}}
		require.NoError(t, Annotate(root, &r))
		return r.Results[0].Known
	}
	require.Equal(t, "Looks just like twice: It is twice. See it beside the right answer: go run . demo twice (its story is in broken/02-second/twice.diff).", known(failing("two   trace 9c1e07aa", 77)), "on another line, with another id")
	require.Equal(t, "Looks just like one of three-times, thrice: their stories are in broken/02-second.", known(failing("three", 3)))
	require.Empty(t, known(failing("four", 3)), "nobody has made that one")
	require.Empty(t, known(failing("nothing", 3)), "it is only not done yet")
	passed := failing("three", 3)
	passed.Outcome = grader.Pass
	require.Empty(t, known(passed))
}

// What reads the same, where the rest did not end in the same way, is a
// likeness.
func TestAnnotateLikeness(t *testing.T) {
	root := newRoot(t, map[string]string{"twice": "two"})
	other := failing("else", 9)
	other.Check.ID = "gamma"
	for _, outcome := range []grader.Outcome{grader.Fail, grader.Blocked, grader.Crashed} {
		other.Outcome = outcome
		r := grader.Report{Step: lesson.Step{Name: step}, Results: []grader.Result{failing("two", 3), other}}
		require.NoError(t, Annotate(root, &r))
		require.Equal(t, "Looks like twice: It is twice. See it beside the right answer: go run . demo twice (its story is in broken/02-second/twice.diff).", r.Results[0].Known, outcome)
		require.Empty(t, r.Results[1].Known)
	}
	other.Outcome = grader.Pass
	r := grader.Report{Step: lesson.Step{Name: step}, Results: []grader.Result{failing("two", 3), other}}
	require.NoError(t, Annotate(root, &r))
	require.Contains(t, r.Results[0].Known, "Looks just like twice")
}

func TestNothingIsKnownWithoutVariants(t *testing.T) {
	r := grader.Report{Step: lesson.Step{Name: step}, Results: []grader.Result{failing("two", 3)}}
	require.NoError(t, Annotate(t.TempDir(), &r))
	require.Empty(t, r.Results[0].Known)
}
