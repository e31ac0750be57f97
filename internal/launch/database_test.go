package launch

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at makes this process see what a launcher of the fixture sees.
func (f fixture) at(t *testing.T, plays string) {
	t.Helper()
	for _, kv := range f.start("", plays).Env {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "FAKE_") || name == "PATH" || name == "GOFLAGS" {
			t.Setenv(name, value)
		}
	}
}

func TestDatabase(t *testing.T) {
	f := newFixture(t)
	f.at(t, "")
	var told []string
	tell := func(doing string) { told = append(told, doing) }
	require.False(t, HasDatabase(f.root))
	binary, err := Database(t.Context(), f.root, tell)
	require.NoError(t, err)
	require.FileExists(t, binary)
	require.True(t, strings.HasPrefix(filepath.Base(binary), "database-"), binary)
	require.Len(t, told, 1, "that it takes a moment")
	require.True(t, HasDatabase(f.root))

	// The command and it live side by side: neither clears the other away.
	_, stderr, status := f.run(f.start("", ""))
	require.Equal(t, 7, status, stderr)
	require.Len(t, f.left(), 2)
	again, err := Database(t.Context(), f.root, tell)
	require.NoError(t, err)
	require.Equal(t, binary, again)
	require.Len(t, told, 1)
	require.Equal(t, 2, f.count())

	f.write("internal/new.go", "package internal\n")
	_, err = Database(t.Context(), f.root, nil)
	require.NoError(t, err)
	require.NoFileExists(t, binary, "it was built from other sources")
	require.Len(t, f.left(), 2)
}

// While the database is built in the background, another start may build the
// command: neither waits for the other, nor takes away what it works with.
func TestDatabaseIsInNobodysWay(t *testing.T) {
	f := newFixture(t)
	f.at(t, "hang")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Database(ctx, f.root, nil)
		ended <- err
	}()
	require.Eventually(t, func() bool { return f.count() == 1 }, time.Minute, 10*time.Millisecond)
	_, stderr, status := f.run(f.start("", ""))
	require.Equal(t, 7, status, stderr)
	require.Len(t, f.left(), 2, "the command, and the folder of the build that is under way")

	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Len(t, f.left(), 1, "an interrupted build leaves nothing")
}

func TestDatabaseThatCannotBeBuilt(t *testing.T) {
	f := newFixture(t)
	f.at(t, "write /tmp/x.a: no space left on device")
	_, err := Database(t.Context(), f.root, nil)
	require.ErrorContains(t, err, "the workshop's database could not be built")
	require.ErrorContains(t, err, "The disk is full")
	_, err = Database(t.Context(), t.TempDir(), nil)
	require.ErrorContains(t, err, "git restore .")
}
