package workspace

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A step whose folder was deleted is brought back, its lesson too.
func TestResetBringsADeletedStepBack(t *testing.T) {
	w := checkout(t)
	require.Empty(t, w.Lost())
	dir := filepath.Join(w.Root, "steps", step)
	before := read(t, dir, "telemetry.go")

	require.NoError(t, os.RemoveAll(dir))
	require.Equal(t, []string{step}, w.Lost())
	_, err := w.Reset(step)
	require.ErrorContains(t, err, "copy steps/01-minimal/README.md from a fresh clone", "there is no git")
	require.Equal(t, before, read(t, dir, "telemetry.go"))

	git := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Dir = w.Root
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("git: %v\n%s", err, out)
		}
	}
	write(t, w.Root, "steps/01-minimal/README.md", "the lesson\n")
	git("init", "-q")
	git("add", "-A")
	git("commit", "-q", "-m", "all")
	require.NoError(t, os.RemoveAll(dir))
	b, err := w.Reset(step)
	require.NoError(t, err)
	require.Equal(t, []string{"server.go", "shop/main.go", "telemetry.go", "README.md"}, b.Written)
	require.Equal(t, "the lesson\n", read(t, dir, "README.md"))
	require.Equal(t, before, read(t, dir, "telemetry.go"))

	require.NoError(t, os.RemoveAll(dir))
	_, err = w.Solve(step)
	require.NoError(t, err)
	require.Equal(t, "the lesson\n", read(t, dir, "README.md"))
	require.Empty(t, w.Lost())
}
