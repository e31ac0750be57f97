package dying

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProcess(t *testing.T) {
	require.False(t, Process(os.Getpid()), "it runs")
	cmd := exec.Command("true")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return Process(cmd.Process.Pid) }, 10*time.Second, time.Millisecond, "it has ended, and nobody has asked")
	require.NoError(t, cmd.Wait())
	require.False(t, Process(cmd.Process.Pid), "it has gone")
}
