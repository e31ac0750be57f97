package variant

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What editors and people leave in a step's folder is no reason not to read it.
func TestEntries(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "steps", "01-minimal")
	for name, text := range map[string]string{
		"steps/01-minimal/a.go":          "package minimal\n",
		"steps/01-minimal/sub/deep/b.go": "package deep\n",
		"steps/01-minimal/.hidden.go":    "",
		"steps/01-minimal/testdata/c.go": "",
		"steps/01-minimal/README.md":     "",
		"elsewhere/d.go":                 "package minimal\n",
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	elsewhere := filepath.Join(root, "elsewhere")
	link := func(target, name string) {
		if err := os.Symlink(target, name); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	link("me@machine.1:2", filepath.Join(dir, ".#a.go")) // Emacs
	link("nowhere", filepath.Join(dir, "dangling.go"))
	link(elsewhere, filepath.Join(dir, "folder.go"))
	link(filepath.Join(elsewhere, "d.go"), filepath.Join(dir, "d.go"))

	check := func() {
		t.Helper()
		entries, err := Entries(dir)
		require.NoError(t, err)
		keys := make(map[string]bool)
		for _, e := range entries {
			keys[e.Key] = e.Dangling()
		}
		require.Equal(t, map[string]bool{"a.go": false, "sub/deep/b.go": false, "README.md": false, "d.go": false, "dangling.go": true}, keys)
		files, err := Step(root, "01-minimal")
		require.NoError(t, err)
		require.Len(t, files, 3)
		hidden, err := Hidden(root, "01-minimal")
		require.NoError(t, err)
		require.Equal(t, map[string][]byte{"steps/01-minimal/dangling.go": nil}, hidden)
	}
	check()
	real := filepath.Join(root, "real")
	require.NoError(t, os.Rename(dir, real))
	link(real, dir)
	check() // the folder is a link itself

	big := filepath.Join(dir, "big.go")
	require.NoError(t, os.WriteFile(big, nil, 0o666))
	require.NoError(t, os.Truncate(big, 5<<20))
	_, err := Step(root, "01-minimal")
	require.ErrorContains(t, err, "big.go is larger than 4 MB: delete it, or move it out of the step's folder")
}

// What an editor on another system adds is no difference.
func TestLF(t *testing.T) {
	require.Equal(t, "package a\n", string(LF([]byte("\ufeffpackage a\r\n"))))
	require.True(t, Equal(Files{"a.go": []byte("\ufeffpackage a\r\n")}, Files{"a.go": []byte("package a\n")}))
	require.Empty(t, DiffFiles("steps/01-minimal", Files{"a.go": LF([]byte("\ufeffpackage a\n"))}, Files{"a.go": []byte("package a\n")}))
}
