package shop

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutputIsSafeToPrint(t *testing.T) {
	out := newLines()
	s := newShop(t, Options{Output: out.add})
	require.NoError(t, s.Start(t.Context()))
	_, err := s.Get(t.Context(), "/print")
	require.NoError(t, err)
	require.Equal(t, []string{
		`red    tab \a \u202e`,
		strings.Repeat("x", lineCap) + "…",
		"done",
	}, out.until(t, "done"))
}

func TestTakenPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	port := ln.Addr().(*net.TCPAddr).Port
	require.False(t, PortIsFree(port))

	s := newShop(t, Options{Addr: ln.Addr().String()})
	require.NoError(t, s.Start(t.Context()))
	require.NotEqual(t, "http://"+ln.Addr().String(), s.URL())
	require.Equal(t, []string{
		"port " + strconv.Itoa(port) + " was taken, so the service listens on " + s.URL() + " instead",
	}, s.Notices())
	_, err = s.Get(t.Context(), "/")
	require.NoError(t, err)
}

func TestBadAddr(t *testing.T) {
	for addr, want := range map[string]string{
		"nonsense":        "give host and port",
		"127.0.0.1:http":  "is no port",
		"127.0.0.1:70000": "is no port",
	} {
		require.ErrorContains(t, newShop(t, Options{Addr: addr}).Start(t.Context()), want)
	}
}
