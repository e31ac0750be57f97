package regular

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.go")
	require.NoError(t, os.WriteFile(name, []byte("package a\n"), 0o666))
	data, err := ReadFile(name, 10)
	require.NoError(t, err)
	require.Equal(t, "package a\n", string(data))

	_, err = ReadFile(name, 9)
	require.ErrorContains(t, err, "a.go is larger than")
	_, err = ReadFile(dir, 10)
	require.ErrorContains(t, err, "is a folder")
	_, err = ReadFile(filepath.Join(dir, "none.go"), 10)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestReadFileThroughALink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("a"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "b.go"), []byte("b"), 0o666))
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	link("a.go", "to-a.go")
	link(filepath.Join(outside, "b.go"), "to-b.go")
	link("nobody@nowhere", "dangling.go")
	for name, text := range map[string]string{"a.go": "a", "to-a.go": "a", "to-b.go": "b"} {
		data, err := ReadFile(filepath.Join(dir, name), 10)
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
	_, err := ReadFile(filepath.Join(dir, "dangling.go"), 10)
	require.ErrorIs(t, err, fs.ErrNotExist)

	data, err := ReadIn(dir, "to-a.go", 10)
	require.NoError(t, err)
	require.Equal(t, "a", string(data))
	for _, name := range []string{"to-b.go", "../" + filepath.Base(outside) + "/b.go", filepath.Join(outside, "b.go")} {
		_, err = ReadIn(dir, name, 10)
		require.ErrorContains(t, err, "escapes from parent", name)
	}
}
