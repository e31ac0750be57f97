package scratch

import (
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDir(t *testing.T) {
	variable := "TMPDIR"
	if runtime.GOOS == "windows" {
		variable = "TMP"
	}
	tmp := t.TempDir()
	t.Setenv(variable, tmp)
	dir, err := Dir("built-", "the build")
	require.NoError(t, err)
	require.Equal(t, tmp, filepath.Dir(dir))
	require.DirExists(t, dir)

	t.Setenv(variable, filepath.Join(tmp, "none"))
	_, err = Dir("built-", "the build")
	require.ErrorContains(t, err, "make a folder for the build: ")
	require.ErrorContains(t, err, "set "+variable+" to one that is there")
	require.NotContains(t, err.Error(), "space")
}

func TestAdviceNamesTheSystemsVariable(t *testing.T) {
	for goos, variable := range map[string]string{"windows": "set TMP to", "linux": "set TMPDIR to", "darwin": "set TMPDIR to"} {
		require.Contains(t, advice(fs.ErrPermission, goos), variable)
		require.Contains(t, advice(fs.ErrNotExist, goos), variable)
	}
}
