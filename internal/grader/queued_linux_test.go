package grader

import (
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An init that works for a fifth of a second, on a machine where others work
// too, three for each processor: it takes four times as long.
func TestBusyMachine(t *testing.T) {
	b := buildHostile(t, "an init that works")
	for range 3 * runtime.NumCPU() {
		hog := exec.Command("sh", "-c", "while :; do :; done")
		group(hog)
		require.NoError(t, hog.Start())
		defer func() { _ = killGroup(hog.Process); _ = hog.Wait() }()
	}
	start := time.Now()
	results, err := runBuilt(t.Context(), b, victimStep, victimStep.Checks, Options{Limit: 400 * time.Millisecond})
	require.NoError(t, err)
	unlessTooBusy(t, results)
	require.Equal(t, "pass, pass, pass", outcomes(Report{Results: results}), "%+v", results)
	require.Greater(t, time.Since(start), 400*time.Millisecond, "or it shows nothing")
}
