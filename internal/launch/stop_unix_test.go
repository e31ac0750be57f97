//go:build unix

package launch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInterruptLeavesNothing(t *testing.T) {
	for _, signal := range stopSignals() { // under nohup, one less
		f := newFixture(t)
		cmd := f.start("", "hang")
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return f.count() == 1 }, time.Minute, 10*time.Millisecond)
		second := f.start("", "") // it waits for the first
		require.NoError(t, second.Start())

		began := time.Now()
		require.NoError(t, cmd.Process.Signal(signal))
		_ = cmd.Wait() // the status says it
		require.Equal(t, 130, cmd.ProcessState.ExitCode())
		require.Less(t, time.Since(began), 20*time.Second, "the go command would have taken a minute")

		_ = second.Wait()
		require.Equal(t, 7, second.ProcessState.ExitCode())
		require.Len(t, f.left(), 1)
	}
}
