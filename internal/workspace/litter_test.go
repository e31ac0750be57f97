package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What a killed process has left is cleared by the next one, and nothing else.
func TestTidy(t *testing.T) {
	w := checkout(t)
	w.now = nil
	untidy(t, w)
	_, err := w.StateDir()
	require.NoError(t, err)
	old := time.Now().Add(-2 * litterAge)
	for _, name := range []string{
		"steps/01-minimal/.workshop-ABC-server.go.old", "steps/01-minimal/shop/.workshop-ABC-main.go.new",
		".workshop/.probe-1", ".workshop/.progress-ABC", ".workshop/.room-ABC", ".workshop/overlay/.new-1",
	} {
		write(t, w.Root, name, "litter")
		require.NoError(t, os.Chtimes(filepath.Join(w.Root, name), old, old))
	}
	for _, name := range []string{
		"steps/01-minimal/.workshop-DEF-server.go.new", ".workshop/.probe-2", ".workshop/.progress-DEF", // somebody is at work
	} {
		write(t, w.Root, name, "young")
	}
	for _, name := range []string{
		"steps/01-minimal/.workshop-notes", "steps/01-minimal/server.go.old", ".workshop/overlay/0123.go", ".workshop/progress.json",
	} {
		write(t, w.Root, name, "mine")
		require.NoError(t, os.Chtimes(filepath.Join(w.Root, name), old, old))
	}
	want := tree(t, w.Root)
	for name, text := range want {
		if strings.HasSuffix(text, " litter") {
			delete(want, name)
		}
	}
	w.Tidy()
	got := tree(t, w.Root)
	delete(got, ".workshop/lock") // whoever writes, locks
	require.Equal(t, want, got)
}

func TestTidyOfACleanCheckout(t *testing.T) {
	w := checkout(t)
	before := tree(t, w.Root)
	w.Tidy()
	require.Equal(t, before, tree(t, w.Root), "nothing is made for it")
}
