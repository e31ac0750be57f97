package promtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// alone reports whether a test has this process to itself. If not, it runs in
// one of its own, and that's that: a service sets the providers of a process
// once, and what was made before stays with those.
func alone(t *testing.T) bool {
	if os.Getenv("PROMTEST_ALONE") == t.Name() {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	cmd.Env = append(os.Environ(), "PROMTEST_ALONE="+t.Name())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return false
}
