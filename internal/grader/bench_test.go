package grader

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// BenchmarkSaveToVerdict compares, in one run, what a learner waits for after
// a save (the verdict on all checks of the step) with a bare go test -run of
// one of those checks. Each of the two is given an edit of its own, so that
// neither finds its work done. The metric "verdict/bare" is the median of the
// ratios.
//
//	go test ./internal/grader -run '^$' -bench SaveToVerdict -benchtime 9x
func BenchmarkSaveToVerdict(b *testing.B) {
	root := b.TempDir()
	for _, dir := range []string{"broken", "checker", "internal", "solutions", "steps"} {
		require.NoError(b, os.CopyFS(filepath.Join(root, dir), os.DirFS(filepath.Join("../..", dir))))
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(b, err)
		require.NoError(b, os.WriteFile(filepath.Join(root, name), data, 0o666))
	}
	steps, err := lesson.Load(root)
	require.NoError(b, err)
	for _, step := range steps {
		b.Run(step.Name, func(b *testing.B) {
			solution, err := variant.Solution(root, step.Name)
			require.NoError(b, err)
			edited := slices.Sorted(maps.Keys(solution))[0]
			edits := 0
			save := func() {
				edits++
				for name, solved := range variant.AsStep(step.Name, solution) {
					if name == edited {
						solved = fmt.Appendf(solved, "\nconst edit = %d\n", edits)
					}
					require.NoError(b, os.WriteFile(filepath.Join(root, "steps", step.Name, name), solved, 0o666))
				}
			}
			verdict := func() time.Duration {
				save()
				start := time.Now()
				r, err := Grade(b.Context(), step, Options{Root: root})
				require.NoError(b, err)
				require.True(b, r.Passed(true))
				return time.Since(start)
			}
			bare := func() time.Duration {
				save()
				cmd := exec.Command("go", "test", "-run", "^"+step.Checks[0].TestName()+"$", "./checker/"+step.Name)
				cmd.Dir = root
				start := time.Now()
				out, err := cmd.CombinedOutput()
				require.NoError(b, err, "%s", out)
				return time.Since(start)
			}
			verdict() // whatever has to be built once
			bare()
			var ratios, verdicts []float64
			for b.Loop() {
				v, t := verdict(), bare()
				ratios = append(ratios, v.Seconds()/t.Seconds())
				verdicts = append(verdicts, v.Seconds())
			}
			b.ReportMetric(median(ratios), "verdict/bare")
			b.ReportMetric(median(verdicts), "s/verdict")
			b.ReportMetric(0, "ns/op") // both together: nobody waits for that
		})
	}
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
