package loopback

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLocal(t *testing.T) {
	for _, tc := range []struct {
		host, origin string
		local        bool
	}{
		{"127.0.0.1:8765", "", true},
		{"localhost:8765", "http://localhost:8765", true},
		{"[::1]:8765", "", true},
		{"[::1]", "http://127.0.0.1:3000", true},
		{"evil.example:8765", "", false}, // its name points here now
		{"127.0.0.1.evil.example", "", false},
		{"127.0.0.1:8765", "https://evil.example", false},
		{"127.0.0.1:8765", "null", false}, // a sandboxed frame
		{"", "", false},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		if r.Host = tc.host; tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		require.Equal(t, tc.local, Entrance{}.Local(r), tc)
	}
}
