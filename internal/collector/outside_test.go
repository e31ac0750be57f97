package collector

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/loopback"
)

// In a codespace, pages on its other ports may send: under its names alone.
func TestPagesOfACodespaceMaySend(t *testing.T) {
	environment := map[string]string{
		"CODESPACES": "true", "CODESPACE_NAME": "me-2x4", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
		"WORKSHOP_ORIGIN": "https://workshop.example",
	}
	outside, err := loopback.FromEnvironment(func(name string) string { return environment[name] })
	require.NoError(t, err)
	c, err := Start(Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Outside: outside})
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, c.Close(context.Background()))
	})
	_, port, err := net.SplitHostPort(c.HTTPAddr())
	require.NoError(t, err)
	ours, page := "me-2x4-"+port+".app.github.dev", "https://me-2x4-3000.app.github.dev"
	for _, tc := range []struct {
		host, origin string
		want         int
	}{
		{ours, page, 200},
		{ours, "", 200},
		{"localhost:" + port, page, 200},
		{"localhost:9999", "http://localhost:3000", 200}, // ssh -L 9999:127.0.0.1:4318
		{ours, "http://localhost:3000", 403},
		{ours, "https://you-2x4-3000.app.github.dev", 403},
		{ours, "https://evil.example", 403},
		{ours, "null", 403},
		{"me-2x4-3000.app.github.dev", page, 403},
		{"you-2x4-" + port + ".app.github.dev", "", 403},
		{"workshop.example", "", 403}, // which is the page's
		{"localhost:" + port, "https://workshop.example", 403},
		{"evil.example", page, 403},
	} {
		headers := []string{"Host", tc.host}
		if tc.origin != "" {
			headers = append(headers, "Origin", tc.origin)
		}
		status, answer, h := post(t, c, "/v1/traces", js, []byte(traceJSON), headers...)
		require.Equal(t, tc.want, status, "%v: %s", tc, answer)
		if tc.want == 200 {
			require.Equal(t, tc.origin, h.Get("Access-Control-Allow-Origin"), tc)
		} else {
			require.Empty(t, h.Get("Access-Control-Allow-Origin"), tc)
		}
	}
}
