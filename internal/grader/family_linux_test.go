package grader

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Nothing that a check has started outlives it, wherever it went.
func TestNobodyIsLeft(t *testing.T) {
	for _, name := range []string{
		"children that leave the group", "a child that leaves the group, the environment and the output", "children without end",
	} {
		b := buildHostile(t, name)
		_, err := runBuilt(t.Context(), b, victimStep, victimStep.Checks, Options{Limit: 5 * time.Second})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(sleepers()) == 0 }, 2*time.Second, 10*time.Millisecond, "%s: %v", name, sleepers())
	}
}

// sleepers returns the processes that sleep for ten minutes: nobody but the
// hostile steps starts such.
func sleepers() (pids []string) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range lines {
		if line, _ := os.ReadFile(name); strings.HasPrefix(string(line), "sleep\x00600\x00") {
			pids = append(pids, name)
		}
	}
	return pids
}
