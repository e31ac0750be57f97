package web

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// get asks for a page as a browser does; headers are key and value, Host too.
func get(t testing.TB, s *Server, path string, headers ...string) (status int, body string, h http.Header) {
	t.Helper()
	return do(t, s, http.MethodGet, path, headers...)
}

func do(t testing.TB, s *Server, method, path string, headers ...string) (status int, body string, h http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b), resp.Header
}

func TestForeignersAreRefused(t *testing.T) {
	s, _ := fake(t)
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"our own":                 {"GET", "/", nil, 200},
		"localhost":               {"GET", "/", []string{"Host", "localhost:8765"}, 200},
		"a name that points here": {"GET", "/", []string{"Host", "evil.example"}, 403},
		"an event stream, too":    {"GET", "/events", []string{"Host", "evil.example:8765"}, 403},
		"a foreign page":          {"GET", "/status", []string{"Origin", "https://evil.example"}, 403},
		"a foreign form":          {"POST", "/workshop/again", []string{"Origin", "https://evil.example"}, 403},
		"a sandboxed frame":       {"POST", "/workshop/again", []string{"Origin", "null"}, 403},
		"another port's form":     {"POST", "/workshop/again", []string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "same-site"}, 403},
		"an image of a page":      {"POST", "/live/start", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"an image of work":        {"GET", "/workshop/expected?check=01/alpha", []string{"Sec-Fetch-Site", "cross-site"}, 405},
		"a foreign form for work": {"POST", "/workshop/expected?check=01/alpha", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"our own form":            {"POST", "/workshop/again", []string{"Origin", s.URL(), "Sec-Fetch-Site", "same-origin"}, 303},
		"our own script":          {"POST", "/workshop/again", []string{"Sec-Fetch-Site", "same-origin", "HX-Request", "true"}, 204},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, _ := do(t, s, tc.method, tc.path, tc.headers...)
			require.Equal(t, tc.want, status)
		})
	}
}

var inlined = regexp.MustCompile(`(?i)<[^>]+\s(style|on[a-z]+)\s*=|<style|<script(>|\s+[^>]*>[^<])|javascript:`)

func TestNothingIsInline(t *testing.T) {
	s := serve(t, checkout(t), nil)
	for _, path := range []string{"/", "/live", "/mistakes", "/mistakes/background-context", "/lesson/01-minimal", "/lesson/03-db-metrics", "/story"} {
		status, body, h := get(t, s, path)
		require.Equal(t, 200, status, path)
		require.Empty(t, inlined.FindString(body), path)
		csp := h.Get("Content-Security-Policy")
		require.NotContains(t, csp, "unsafe")
		require.Contains(t, csp, "default-src 'none'")
		require.Contains(t, csp, "frame-ancestors 'none'")
		for _, found := range regexp.MustCompile(`(?:src|href|action)="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			outside := strings.HasPrefix(found[1], "http") && strings.Contains(found[0], "src=")
			require.False(t, outside, "%s loads %s", path, found[1])
		}
	}
}

func TestTheStoryIsForDevelopersOnly(t *testing.T) {
	s, _ := fake(t)
	s.story = false
	other := s.routes()
	_, pattern := other.(*http.ServeMux).Handler(&http.Request{Method: "GET", Host: "127.0.0.1", URL: must(http.NewRequest("GET", "/story", nil)).URL})
	require.Empty(t, pattern)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
