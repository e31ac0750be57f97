package doctor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is to be typed differs by system, and is asked on each of them here.
func TestCommandsOfOtherSystems(t *testing.T) {
	names := []string{"OTEL_A", "OTEL_B"}
	require.Equal(t, "Remove-Item Env:OTEL_A, Env:OTEL_B", unset(names, "windows"))
	for _, goos := range []string{"linux", "darwin", "freebsd"} {
		require.Equal(t, "unset OTEL_A OTEL_B", unset(names, goos))
	}
	require.Equal(t, "netstat -ano | findstr :4318", whoHolds(4318, "windows"))
	require.Equal(t, "ss -ltnp sport = :4318", whoHolds(4318, "linux"))
	require.Equal(t, "lsof -nP -iTCP:4318 -sTCP:LISTEN", whoHolds(4318, "darwin"))
}
