//go:build unix

package grader

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/variant"
)

// A step that is wrong so many times, and right from then on. It leaves a byte
// for each time; and it may stop its process while a fifth of a second goes by,
// as a machine does that has no processor for it.
const wrongAtFirst = `package victim

import (
	"fmt"
	"os"
	"os/exec"
	"time"
)

func First() int {
	var stops bool
	var wrong int
	fmt.Sscan(os.Getenv("WRONG_AT_FIRST"), &stops, &wrong)
	runs, _ := os.OpenFile(os.Getenv("RUNS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	runs.Write([]byte{'x'})
	info, _ := runs.Stat()
	if stops {
		time.Sleep(20 * time.Millisecond) // the pulse has begun by then
		exec.Command("sh", "-c", fmt.Sprintf("(sleep 0.2; kill -CONT %d) & kill -STOP %[1]d", os.Getpid())).Run()
		time.Sleep(20 * time.Millisecond)
	}
	if int(info.Size()) <= wrong {
		return 7
	}
	return 1
}

func Second() int { return 2 }
func Third() int { return 3 }
`

// A check that failed where the machine had kept it waiting is asked again, and
// one that failed by itself is not.
func TestFailureOfTheMachine(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	dir := t.TempDir()
	b, err := makeBuild(t.Context(), victimStep.Name, dir, Options{Root: root, Files: variant.Files{"victim.go": []byte(wrongAtFirst)}})
	require.NoError(t, err)
	t.Cleanup(func() { removeBuild(dir) })
	// grade returns what became of the first check, and how often it was run.
	grade := func(t *testing.T, how string) (outcome Outcome, runs int) {
		file := filepath.Join(t.TempDir(), "runs")
		t.Setenv("RUNS", file)
		t.Setenv("WRONG_AT_FIRST", how)
		var told []Outcome
		results, err := runBuilt(t.Context(), b, victimStep, victimStep.Checks[:1], Options{
			Progress: func(r Result) { told = append(told, r.Outcome) },
		})
		require.NoError(t, err)
		require.Equal(t, []Outcome{results[0].Outcome}, told, "once, when it is sure")
		left, err := os.ReadFile(file)
		require.NoError(t, err)
		return results[0].Outcome, len(left)
	}
	for _, c := range []struct {
		name, how string
		outcome   Outcome
		runs      int
	}{
		{"kept waiting, and right the next time", "true 1", Pass, 2},
		{"kept waiting, and right the third time", "true 2", Pass, 3},
		{"kept waiting, and wrong", "true 9", Fail, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcome, runs := grade(t, c.how)
			require.Equal(t, c.outcome, outcome)
			require.Equal(t, c.runs, runs)
		})
	}
	t.Run("not kept waiting", func(t *testing.T) {
		for range 5 { // this machine may be busy, too
			if outcome, runs := grade(t, "false 1"); runs == 1 {
				require.Equal(t, Fail, outcome)
				return
			}
		}
		t.Fatal("it was asked again five times out of five")
	})
}
