//go:build unix

package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASecondInterruptEndsAtOnce(t *testing.T) {
	survive := make(chan os.Signal, 1)
	signal.Notify(survive, syscall.SIGHUP)
	defer signal.Stop(survive)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status := make(chan int, 1)
	go func() { status <- await(ctx, make(chan int), time.Hour) }()
	for { // until it listens, the signal is ours alone
		select {
		case s := <-status:
			require.Equal(t, 130, s)
			return
		case <-time.After(20 * time.Millisecond):
			require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
		}
	}
}
