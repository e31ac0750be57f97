package grader

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each check has a name of its own for the one binary; one that is not the one
// that was built is not run.
func TestSeal(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "01-victim.test")
	build := func() sealed {
		t.Helper()
		require.NoError(t, os.WriteFile(binary, []byte("checks"), 0o755))
		s, err := seal(binary)
		require.NoError(t, err)
		return s
	}
	s := build()
	first, err := s.program(t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, binary, first)
	require.NoError(t, os.Remove(first))
	_, err = s.program(t.TempDir())
	require.NoError(t, err, "removed by one, and there for the next")

	require.NoError(t, os.Chmod(binary, 0o755))
	require.NoError(t, os.WriteFile(binary, []byte("forged"), 0o755))
	_, err = s.program(t.TempDir())
	require.ErrorIs(t, err, errReplaced, "overwritten")

	require.NoError(t, os.Remove(binary))
	_, err = s.program(t.TempDir())
	require.ErrorIs(t, err, errReplaced, "gone")

	s = build()
	require.NoError(t, os.Rename(binary, binary+".old"))
	require.NoError(t, os.WriteFile(binary, []byte("checks"), 0o755))
	require.NoError(t, os.Chtimes(binary, s.built.ModTime(), s.built.ModTime()))
	_, err = s.program(t.TempDir())
	require.ErrorIs(t, err, errReplaced, "another file of the same size and age")
}
