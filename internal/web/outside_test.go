package web

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/session/sessiontest"
)

// serveOutside serves the page of a small checkout in an environment.
func serveOutside(t *testing.T, environment map[string]string) *Server {
	t.Helper()
	outside, err := loopback.FromEnvironment(func(name string) string { return environment[name] })
	require.NoError(t, err)
	session, _ := sessiontest.New(t)
	return serveWith(t, session, nil, collector.Options{Outside: outside})
}

func TestACodespaceOpensThePage(t *testing.T) {
	s := serveOutside(t, map[string]string{
		"CODESPACES": "true", "CODESPACE_NAME": "me-2x4", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
	})
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL(), "http://"), ":")
	ours, other := "me-2x4-"+port+".app.github.dev", "me-2x4-3000.app.github.dev"
	require.Equal(t, "https://"+ours, s.Address())
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"this machine":                {"GET", "/", nil, 200},
		"the forwarded name":          {"GET", "/", []string{"Host", ours}, 200},
		"a form":                      {"POST", "/workshop/again", []string{"Host", ours, "Origin", "https://" + ours, "Sec-Fetch-Site", "same-origin"}, 303},
		"a form, Host rewritten":      {"POST", "/workshop/again", []string{"Host", "localhost:" + port, "Origin", "https://" + ours, "Sec-Fetch-Site", "same-origin"}, 303},
		"a form, Origin rewritten":    {"POST", "/workshop/again", []string{"Host", ours, "Origin", "http://localhost:" + port, "Sec-Fetch-Site", "same-origin"}, 303},
		"a form that looks like it":   {"POST", "/workshop/again", []string{"Host", ours, "Origin", "http://localhost:" + port, "Sec-Fetch-Site", "cross-site"}, 403},
		"an older browser's form":     {"POST", "/workshop/again", []string{"Host", "localhost:" + port, "Origin", "https://" + ours}, 303},
		"ssh -L 9999":                 {"POST", "/workshop/again", []string{"Host", "localhost:9999", "Origin", "http://localhost:9999"}, 303},
		"another port's form":         {"POST", "/workshop/again", []string{"Host", ours, "Origin", "https://" + other, "Sec-Fetch-Site", "cross-site"}, 403},
		"another port's older form":   {"POST", "/workshop/again", []string{"Host", ours, "Origin", "https://" + other}, 403},
		"another port's name":         {"GET", "/", []string{"Host", other}, 403},
		"another codespace":           {"GET", "/", []string{"Host", "you-2x4-" + port + ".app.github.dev"}, 403},
		"another codespace's form":    {"POST", "/workshop/again", []string{"Host", ours, "Origin", "https://you-2x4-" + port + ".app.github.dev"}, 403},
		"a form of the visitor's own": {"POST", "/workshop/again", []string{"Host", ours, "Origin", "http://localhost:3000"}, 403},
		"a name that points here":     {"GET", "/", []string{"Host", "evil.example"}, 403},
		"a foreign form":              {"POST", "/workshop/again", []string{"Host", ours, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		"an image":                    {"POST", "/live/start", []string{"Host", ours, "Sec-Fetch-Site", "cross-site"}, 403},
		"a proxy's word for it":       {"GET", "/", []string{"Host", "evil.example", "X-Forwarded-Host", ours}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			status, body, _ := do(t, s, tc.method, tc.path, tc.headers...)
			require.Equal(t, tc.want, status, body)
			if status == 403 && tc.headers[0] == "Host" && !strings.HasPrefix(body, "cross-origin") {
				require.Contains(t, body, "open the address that the terminal names, https://"+ours)
			}
		})
	}
}

func TestWithoutACodespaceItsNameIsForeign(t *testing.T) {
	s := serveOutside(t, map[string]string{"CODESPACE_NAME": "me-2x4", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"})
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL(), "http://"), ":")
	require.Equal(t, s.URL(), s.Address())
	status, body, _ := get(t, s, "/", "Host", "me-2x4-"+port+".app.github.dev")
	require.Equal(t, 403, status)
	require.Contains(t, body, "WORKSHOP_ORIGIN")
}

// A browser elsewhere sees the page through a proxy that serves it over TLS,
// under a name of its own: whether the proxy passes that name on or not.
func TestThePageWorksBehindAProxy(t *testing.T) {
	for name, keepHost := range map[string]bool{"which keeps the Host": true, "which makes it another": false} {
		t.Run(name, func(t *testing.T) {
			var backend *url.URL
			proxy := httptest.NewTLSServer(&httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(backend)
				if keepHost {
					r.Out.Host = r.In.Host
				}
			}})
			t.Cleanup(proxy.Close)
			_, port, _ := strings.Cut(strings.TrimPrefix(proxy.URL, "https://"), ":")
			s := serveOutside(t, map[string]string{"WORKSHOP_ORIGIN": "https://" + proxied + ":" + port})
			backend = must(url.Parse(s.URL()))

			tb := openTab(t, s)
			tb.origin = s.Address()
			tb.open("/")
			tb.until(`document.querySelector("main").innerText.includes("alpha")`, browserLimit)
			status := eval[int](tb, `fetch("/workshop/again", {method: "POST"}).then(r => r.status)`)
			require.Equal(t, 200, status, "a POST of our own, redirected to the page")
			tb.run(chromedp.Navigate("about:blank")) // its event stream would hold the proxy
		})
	}
}
