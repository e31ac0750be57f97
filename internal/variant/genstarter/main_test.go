package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, os.DirFS(filepath.Join("..", "testdata", "checkout"))))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module otel.workshop\n"), 0o666))
	broken := filepath.Join(root, "broken") // go generate runs there
	starter := filepath.Join(broken, "01-minimal", "starter.diff")
	server := filepath.Join(root, "steps", "01-minimal", "server.go")

	require.NoError(t, run(broken, true, io.Discard), "the fixture is up to date")

	require.NoError(t, os.WriteFile(server, []byte("package minimal\n"), 0o666))
	before, err := os.ReadFile(starter)
	require.NoError(t, err)
	require.EqualError(t, run(broken, true, io.Discard),
		"broken/01-minimal/starter.diff differs from steps/01-minimal: run go generate ./broken and commit the result")
	after, err := os.ReadFile(starter)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "-check writes nothing")

	require.NoError(t, run(broken, false, io.Discard))
	require.NoError(t, run(broken, true, io.Discard))

	require.NoError(t, os.Remove(starter))
	require.ErrorContains(t, run(broken, true, io.Discard), "go generate")
	require.NoError(t, run(broken, false, io.Discard))
	require.NoError(t, run(broken, true, io.Discard))
}
