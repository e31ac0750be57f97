package shop

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func errorsAsBuild(err error) bool {
	var failed *BuildError
	return errors.As(err, &failed)
}

func TestCrashAtStart(t *testing.T) {
	t.Setenv("FIXTURE", "fatal")
	s := newShop(t, Options{})
	err := s.Start(t.Context())
	var failed *StartError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "exit status 1", failed.Ended.State)
	require.True(t, failed.Ended.ByItself)
	require.Len(t, failed.Ended.Last, 2)
	require.Equal(t, "about to fail", failed.Ended.Last[0])
	require.Regexp(t, `no collector today$`, failed.Ended.Last[1])
	require.ErrorContains(t, err, "\n  about to fail\n")
	select {
	case <-s.Exited():
		require.Fail(t, "the error tells it already")
	default:
	}
}

func TestNeverListens(t *testing.T) {
	t.Setenv("FIXTURE", "mute")
	s := newShop(t, Options{})
	s.readyLimit = 300 * time.Millisecond
	err := s.Start(t.Context())
	var failed *StartError
	require.ErrorAs(t, err, &failed)
	require.False(t, failed.Ended.ByItself)
	require.ErrorContains(t, err, "let its main listen on $ADDR")
}

func TestStopEndsAStart(t *testing.T) {
	t.Setenv("FIXTURE", "mute")
	out := newLines()
	s := newShop(t, Options{Root: newModule(t), Output: out.add})
	started := make(chan error)
	go func() { started <- s.Start(context.Background()) }()
	for cancel := false; !cancel; { // Start has begun
		s.mu.Lock()
		cancel = s.cancel != nil
		s.mu.Unlock()
	}
	require.Zero(t, s.Stop(context.Background()))
	require.ErrorIs(t, <-started, errInterrupted)
}

func TestContextEndsAStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, newShop(t, Options{Root: newModule(t)}).Start(ctx), context.Canceled)
}

func TestEndsByItself(t *testing.T) {
	s := newShop(t, Options{})
	require.NoError(t, s.Start(t.Context()))
	_, err := s.Get(t.Context(), "/exit")
	require.Error(t, err)
	end := <-s.Exited()
	require.True(t, end.ByItself)
	require.Equal(t, "exit status 3", end.State)
	require.Len(t, end.Last, 1)
	require.Regexp(t, `giving up$`, end.Last[0])
	require.Contains(t, end.String(), "ended by itself after")

	require.NoError(t, s.Start(t.Context()), "it can be started again")
}

func TestRefusesToStop(t *testing.T) {
	t.Setenv("FIXTURE", "deaf")
	s := newShop(t, Options{})
	s.stopLimit = 200 * time.Millisecond
	require.NoError(t, s.Start(t.Context()))
	end := s.Stop(context.Background())
	require.True(t, end.Killed)
	if canAsk {
		require.GreaterOrEqual(t, end.Took, s.stopLimit)
		require.Contains(t, end.String(), "after SIGTERM and was killed")
	}

	s.stopLimit = time.Hour
	require.NoError(t, s.Start(t.Context()))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.True(t, s.Stop(ctx).Killed, "who is in a hurry need not wait")
}

func TestChildrenEndToo(t *testing.T) {
	child, err := anyAddr("127.0.0.1")
	require.NoError(t, err)
	t.Setenv("FIXTURE", "child")
	t.Setenv("CHILD_ADDR", child)
	s := newShop(t, Options{})
	require.NoError(t, s.Start(t.Context()))
	waitFor(t, child, true)
	s.Stop(context.Background())
	waitFor(t, child, false)
}

// A workshop that is killed has no time to clean up behind itself.
func TestServiceDiesWithTheWorkshop(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), asParent+"="+newModule(t))
	stdin, err := parent.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = stdin.Close() }()
	stdout, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	out := bufio.NewScanner(stdout)
	require.True(t, out.Scan())
	addr, isURL := strings.CutPrefix(out.Text(), "http://")
	require.True(t, isURL, out.Text())
	require.True(t, out.Scan())
	folder := out.Text()
	waitFor(t, addr, true)
	require.DirExists(t, folder)

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed, as expected
	waitFor(t, addr, false)
	if canAsk { // the folder is the guard's business, and there is one on Unix only
		require.Eventually(t, func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) }, 10*time.Second, 10*time.Millisecond)
	}
}

// waitFor waits until addr accepts connections, or no longer does.
func waitFor(t *testing.T, addr string, accepts bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return accepts == (err == nil)
	}, 10*time.Second, 10*time.Millisecond, "%s should accept connections: %t", addr, accepts)
}
