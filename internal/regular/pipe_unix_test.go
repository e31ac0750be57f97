//go:build unix

package regular

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// None of these is opened, or it would never return.
func TestWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.go"), 0o666))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero.go")))
	require.NoError(t, os.Symlink("pipe.go", filepath.Join(dir, "to-pipe.go")))
	for name, want := range map[string]string{"pipe.go": "is a pipe", "zero.go": "is a device", "to-pipe.go": "is a pipe"} {
		_, err := ReadFile(filepath.Join(dir, name), 10)
		require.ErrorContains(t, err, name+" "+want)
	}
	_, err := ReadIn(dir, "pipe.go", 10)
	require.ErrorContains(t, err, "is a pipe")
}
