package gate_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/proxy/gate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// greet answers every connection with a "hi".
func greet(t *testing.T, l net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("hi"))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-done
	})
}

// greeted reports whether somebody is at home at addr.
func greeted(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	n, _ := conn.Read(make([]byte, 2))
	return n == 2
}

func open(t *testing.T) *gate.Listener {
	l, err := gate.Listen("127.0.0.1:0")
	require.NoError(t, err)
	greet(t, l)
	return l
}

func TestShutAndOpen(t *testing.T) {
	l := open(t)
	addr := l.Addr().String()
	for range 3 {
		require.True(t, greeted(addr))
		l.Shut()
		l.Shut()
		require.False(t, greeted(addr))
		require.Equal(t, addr, l.Addr().String())
		l.Open()
		l.Open()
	}
	require.True(t, greeted(addr))
	require.NoError(t, l.Err())
}

// A port that was taken while the gate was shut is listened on when it is free.
func TestOpenTakenPort(t *testing.T) {
	l := open(t)
	l.Shut()
	thief, err := net.Listen("tcp", l.Addr().String())
	require.NoError(t, err)

	l.Open()
	require.ErrorContains(t, l.Err(), "listen again on "+l.Addr().String())
	require.NoError(t, thief.Close())
	require.Eventually(t, func() bool { return greeted(l.Addr().String()) }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, l.Err())
}

func TestShutEndsTheAttempts(t *testing.T) {
	l := open(t)
	l.Shut()
	thief, err := net.Listen("tcp", l.Addr().String())
	require.NoError(t, err)
	l.Open()
	require.Error(t, l.Err())
	l.Shut()
	require.NoError(t, l.Err())
	require.NoError(t, thief.Close())
	require.Never(t, func() bool { return greeted(l.Addr().String()) }, 200*time.Millisecond, 20*time.Millisecond)
}

func TestClosedStaysClosed(t *testing.T) {
	l := open(t)
	require.NoError(t, l.Close())
	l.Open()
	require.False(t, greeted(l.Addr().String()))
	_, err := l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestListenSaysWhere(t *testing.T) {
	_, err := gate.Listen("127.0.0.1:99999")
	require.ErrorContains(t, err, "99999")
}
