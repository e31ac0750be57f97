package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const step = "01-minimal"

// checkout returns a copy of the small workshop of package variant's tests.
// Its clock stands still.
func checkout(t *testing.T) Workspace {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, os.DirFS(filepath.Join("..", "variant", "testdata", "checkout"))))
	write(t, root, "go.mod", "module otel.workshop\n\ngo 1.26\n")
	write(t, root, "steps/01-minimal/README.md", "the lesson\n")
	w, err := Find(root)
	require.NoError(t, err)
	w.now = func() time.Time { return time.Date(2026, 11, 23, 17, 4, 5, 0, time.Local) }
	return w
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(data)
}

// tree returns everything below dir: kind, mode and content by path.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		it, _, err := readItem(path)
		text := it.mode.String() + " " + string(it.data)
		if it.mode&fs.ModeSymlink != 0 {
			text = "-> " + it.target
		}
		m[filepath.ToSlash(rel)] = text
		return err
	}))
	return m
}
