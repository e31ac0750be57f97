//go:build unix

package grader

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What lies in a step's folder is looked at before it is read: a pipe without a
// writer and a device without an end are told at once.
func TestStrangeFolder(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	dir := filepath.Join(root, "steps", "01-victim")
	grade := func() (Report, error) {
		return Grade(t.Context(), victimStep, Options{Root: root, Only: []string{"first"}})
	}
	put := func(name string, make func(name string) error) {
		t.Helper()
		name = filepath.Join(dir, name)
		require.NoError(t, make(name))
		t.Cleanup(func() { require.NoError(t, os.Remove(name)) })
	}
	link := func(target string) func(string) error {
		return func(name string) error { return os.Symlink(target, name) }
	}
	pipe := func(name string) error { return syscall.Mkfifo(name, 0o666) }

	put("dangling.go", link("nowhere"))
	put("dangling", link("nowhere"))
	put(".#victim.go", link("me@machine.1:2"))
	put("folder", link("/"))
	put("folder.go", link("/"))
	put("pipe", pipe)
	put("zero", link("/dev/zero"))
	put("dump", func(name string) error {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			return err
		}
		return os.Truncate(name, 1<<40)
	})
	r, err := grade()
	require.NoError(t, err)
	require.Equal(t, "pass", outcomes(r), "%+v", r)

	for what, make := range map[string]func(string) error{"pipe": pipe, "device": link("/dev/zero")} {
		for _, name := range []string{"strange.go", "strange_test.go", "strange.h"} {
			start := time.Now()
			strange := filepath.Join(dir, name)
			require.NoError(t, make(strange))
			_, err := grade()
			require.NoError(t, os.Remove(strange))
			require.ErrorContains(t, err, name+" is a "+what)
			require.ErrorContains(t, err, "delete it, or move it out of the step's folder")
			require.Less(t, time.Since(start), 2*time.Second)
		}
	}
}

func TestFolderThatIsALink(t *testing.T) {
	root, err := victimRoot()
	require.NoError(t, err)
	dir := filepath.Join(root, "steps", "01-victim")
	before, err := Sources(root, victimStep.Name)
	require.NoError(t, err)
	real := filepath.Join(t.TempDir(), "real")
	require.NoError(t, os.CopyFS(real, os.DirFS(dir)))
	require.NoError(t, os.Rename(dir, dir+".aside"))
	require.NoError(t, os.Symlink(real, dir))
	t.Cleanup(func() {
		require.NoError(t, os.Remove(dir))
		require.NoError(t, os.Rename(dir+".aside", dir))
	})
	r, err := Grade(t.Context(), victimStep, Options{Root: root, Only: []string{"first"}})
	require.NoError(t, err)
	require.Equal(t, "pass", outcomes(r))
	require.Equal(t, before, r.Sources)
}
