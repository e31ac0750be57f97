package linked

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A program is linked again when what it is made of is different, and not
// otherwise; a name stands for nothing.
func TestAgain(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module small\n\ngo 1.26\n"), 0o666))
	build := func(text string) (said string, binary os.FileInfo) {
		source := fmt.Sprintf("package main\n\nfunc main() { print(%q) }\n", text)
		require.NoError(t, os.WriteFile(filepath.Join(root, "main.go"), []byte(source), 0o666))
		name := filepath.Join(t.TempDir(), "small.exe")
		var before os.FileInfo
		require.NoError(t, Again(root, "small", name, func() error {
			before, _ = os.Stat(name)
			cmd := exec.CommandContext(t.Context(), "go", "build", "-o", name, ".")
			cmd.Dir = root
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			return nil
		}))
		out, err := exec.CommandContext(t.Context(), name).CombinedOutput()
		require.NoError(t, err)
		after, err := os.Stat(name)
		require.NoError(t, err)
		if before == nil || !os.SameFile(before, after) {
			return string(out) + ", linked", after
		}
		return string(out), after
	}
	first, one := build("one")
	require.Equal(t, "one, linked", first)
	again, two := build("one")
	require.Equal(t, "one", again)
	require.False(t, os.SameFile(one, two), "a file of its own")
	changed, _ := build("two")
	require.Equal(t, "two, linked", changed)
	changed, _ = build("two")
	require.Equal(t, "two", changed)

	// What was kept and is no program any more is nothing to go by.
	require.NoError(t, os.WriteFile(filepath.Join(root, ".workshop", "linked", "small-small.exe"), nil, 0o666))
	changed, _ = build("two")
	require.Equal(t, "two, linked", changed)
}

func TestAfterAFailureThereIsNoProgram(t *testing.T) {
	root, binary := t.TempDir(), filepath.Join(t.TempDir(), "small")
	write := func() error { return os.WriteFile(binary, []byte("a program"), 0o700) }
	require.NoError(t, Again(root, "small", binary, write))
	require.NoError(t, os.Remove(binary))
	failed := errors.New("exit status 1")
	err := Again(root, "small", binary, func() error {
		require.FileExists(t, binary)
		return failed
	})
	require.ErrorIs(t, err, failed)
	require.NoFileExists(t, binary)
}

// Where nothing can be kept, all is linked.
func TestWithoutAPlace(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, ".workshop"), nil, 0o666))
	binary := filepath.Join(t.TempDir(), "small")
	require.NoError(t, Again(root, "small", binary, func() error { return os.WriteFile(binary, nil, 0o700) }))
	require.FileExists(t, binary)
}

func TestTidy(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"oldest", "older", "newest"} {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, make([]byte, 100), 0o666))
		at := time.Now().Add(time.Duration(i) * time.Hour)
		require.NoError(t, os.Chtimes(name, at, at))
	}
	require.NoError(t, tidy(dir, 200))
	require.NoFileExists(t, filepath.Join(dir, "oldest"))
	require.FileExists(t, filepath.Join(dir, "older"))
	require.FileExists(t, filepath.Join(dir, "newest"))
}
