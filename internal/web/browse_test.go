package web

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The address is one argument, with all that a shell would take apart.
func TestOpener(t *testing.T) {
	const url = "http://127.0.0.1:8765/?a=1&b=%20"
	for goos, want := range map[string][]string{
		"linux":   {"xdg-open", url},
		"freebsd": {"xdg-open", url},
		"darwin":  {"open", url},
		"windows": {"rundll32", "url.dll,FileProtocolHandler", url},
	} {
		require.Equal(t, want, opener(url, goos, ""))
	}
	program, err := os.Executable()
	require.NoError(t, err)
	require.Equal(t, []string{program, url}, opener(url, "linux", program), "as a codespace has it")
	require.Equal(t, []string{"xdg-open", url}, opener(url, "linux", "no-such-browser"))
}
