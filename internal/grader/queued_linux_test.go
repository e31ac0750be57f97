package grader

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An init that works for a moment, on a machine where six others work too.
func TestBusyMachine(t *testing.T) {
	b := buildHostile(t, "an init that works")
	for range 6 {
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
