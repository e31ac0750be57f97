package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	w := checkout(t)
	for _, dir := range []string{"", "steps/01-minimal/shop", "broken"} {
		found, err := Find(filepath.Join(w.Root, filepath.FromSlash(dir)))
		require.NoError(t, err)
		require.Equal(t, w.Root, found.Root)
	}
	t.Chdir(filepath.Join(w.Root, "steps"))
	found, err := Find(".")
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(found.Root))

	// Another module in between is passed over; one outside is not ours.
	write(t, w.Root, "elsewhere/go.mod", "module example.com/other\n")
	found, err = Find(filepath.Join(w.Root, "elsewhere"))
	require.NoError(t, err)
	require.Equal(t, w.Root, found.Root)

	other := t.TempDir()
	for _, text := range []string{"", "module otel.workshop.example\n", "module example.com/otel.workshop\n", "// module otel.workshop\n"} {
		write(t, other, "go.mod", text)
		_, err = Find(other)
		require.ErrorContains(t, err, other+" is not inside the workshop: cd into the folder that git clone made", text)
	}
	for _, text := range []string{"module otel.workshop", "// hello\r\nmodule otel.workshop\r\n", "module \"otel.workshop\" // ours\n"} {
		write(t, other, "go.mod", text)
		_, err = Find(other)
		require.NoError(t, err, text)
	}
}

func TestSteps(t *testing.T) {
	w := checkout(t)
	write(t, w.Root, "steps/02-next/x.go", "package next\n")
	write(t, w.Root, "steps/notes/x.txt", "")
	write(t, w.Root, "steps/README.md", "")
	steps, err := w.Steps()
	require.NoError(t, err)
	require.Equal(t, []string{"01-minimal", "02-next"}, steps)
}

func TestStateDir(t *testing.T) {
	w := checkout(t)
	dir, err := w.StateDir()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(w.Root, ".workshop"), dir)
	require.DirExists(t, dir)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)

	require.NoError(t, os.Remove(dir))
	write(t, w.Root, ".workshop", "a file")
	_, err = w.StateDir()
	require.ErrorContains(t, err, "delete the file of that name")
}

// noWrite is a disk of somebody else's.
type noWrite struct{ realDisk }

func (noWrite) probe(dir string) error {
	return &fs.PathError{Op: "open", Path: dir, Err: fs.ErrPermission}
}

func TestStateDirThatIsReadOnly(t *testing.T) {
	w := checkout(t)
	w.disk = noWrite{}
	_, err := w.StateDir()
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "sudo chown -R")
	require.ErrorContains(t, err, w.Root)
	_, err = w.Solve(step)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorIs(t, w.SaveProgress(newProgress()), fs.ErrPermission)
}

// readOnly is a disk that is mounted so.
type readOnly struct{ realDisk }

func (readOnly) mkdirAll(dir string) error {
	return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.EROFS}
}

func TestStateDirOnADiskMountedReadOnly(t *testing.T) {
	w := checkout(t)
	w.disk = readOnly{}
	_, err := w.StateDir()
	require.ErrorIs(t, err, syscall.EROFS)
	require.ErrorContains(t, err, "a disk that can be written to")
	require.NotContains(t, err.Error(), "delete", "no file is in the way")
}

func TestStateDirWithoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	w := checkout(t)
	dir := filepath.Join(w.Root, ".workshop")
	require.NoError(t, os.Mkdir(dir, 0o555))
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
		_ = f.Close()
		t.Skip("this system has no read-only folders")
	}
	_, err := w.StateDir()
	require.ErrorContains(t, err, "chmod -R u+rwX")
}

func TestAStepThatIsNotThere(t *testing.T) {
	w := checkout(t)
	for _, name := range []string{"07-none", "", ".", "../01-minimal", "01-minimal/shop"} {
		_, err := w.Solve(name)
		require.ErrorContains(t, err, "there are: 01-minimal", name)
		_, err = w.Replace(name, nil)
		require.ErrorContains(t, err, "there are: 01-minimal", name)
	}
}
