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

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain äöü 日本 👍":            "plain äöü 日本 👍",
		"\x1b[1;31mred\x1b[0m":      "red",
		"a\x1b]52;c;aGk=\x07b":      "ab",
		"a\rb\bc":                   `a\rb\bc`,
		"\xff\xfe":                  `\xff\xfe`,
		"a\u202eb\u0000":            `a\u202eb\x00`,
		"caf\xe9 \x9b31m \ufffd":    "caf\\xe9 \\x9b31m \ufffd",
		"\tgoroutine 1":             "    goroutine 1",
		"\u009b31mred \u0085next":   "",
		"unfinished \x1b[31":        "unfinished ",
		"\x1bPq#0;2;0;0;0\x1b\\end": "end",
	} {
		got := Printable(in)
		for _, r := range got {
			require.True(t, r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f), "%q holds %q", got, r)
		}
		if want != "" {
			require.Equal(t, want, got)
		}
	}
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
