package shop

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Between the choice of a port and the moment at which the service listens
// there, another program may take it.
func TestPortIsTakenMeanwhile(t *testing.T) {
	t.Setenv("FIXTURE", "taken")
	for times, taken := range []string{"", "x", "xx"} {
		t.Setenv("TAKEN", taken)
		t.Setenv("TAKEN_DIR", t.TempDir())
		s := newShop(t, Options{})
		require.NoError(t, s.Start(t.Context()), "taken %d times", times)
		require.True(t, s.Running())
		s.Stop(t.Context())
	}

	t.Setenv("TAKEN", "xxxx")
	dir := t.TempDir()
	t.Setenv("TAKEN_DIR", dir)
	var failed *StartError
	require.ErrorAs(t, newShop(t, Options{}).Start(t.Context()), &failed)
	require.ErrorContains(t, failed, "address already in use")
	tried, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, tried, starts)
}
