package member

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session/sessiontest"
)

func TestRoomsNearbyNeedNoProxy(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1", "localhost", "room.localhost", "192.168.1.5", "10.1.2.3", "172.20.0.1", "169.254.1.1", "fe80::1", "fd00::1", "::ffff:192.168.1.5", "ada-laptop", "ada.local", "Ada.LOCAL."} {
		require.True(t, nearby(host), host)
		got, err := proxyOf(&http.Request{URL: &url.URL{Scheme: "http", Host: "[" + host + "]:4319"}})
		if !strings.Contains(host, ":") {
			got, err = proxyOf(&http.Request{URL: &url.URL{Scheme: "http", Host: host + ":4319"}})
		}
		require.NoError(t, err)
		require.Nil(t, got, host)
	}
	for _, host := range []string{"rooms.example", "8.8.8.8", "2001:db8::1", "172.32.0.1", "local.example"} {
		require.False(t, nearby(host), host)
	}
}

func TestAnAnswer(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "9999999999999999999": 0, "86400": longestPause,
		now.Add(20 * time.Second).Format(http.TimeFormat): 20 * time.Second, now.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		require.Equal(t, want, retryAfter(text, now), text)
	}
}

// https is what it is elsewhere: a certificate that nobody vouches for is none.
func TestHTTPS(t *testing.T) {
	room := &stubRoom{token: wire.NewToken()}
	server := httptest.NewUnstartedServer(room)
	server.Config.ErrorLog = quietLog()
	server.StartTLS()
	defer server.Close()
	s, _ := sessiontest.New(t)
	d := sit(t, s)
	c := join(t, s.Workspace, wire.Address{Base: server.URL, Token: room.token}, "Ada")
	stranger := report(t, d, c)
	becomes(t, stranger, Unreachable)
	require.Empty(t, room.all())
	_, err := Ask(t.Context(), c.Address)
	require.ErrorContains(t, err, "certificate")

	l := newLine(c.Credential)
	known := x509.NewCertPool()
	known.AddCert(server.Certificate())
	l.transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: known}
	m, err := start(d, c, quick(), l)
	require.NoError(t, err)
	defer goodbye(m, time.Second)
	becomes(t, m, Reporting)
}

func TestAsk(t *testing.T) {
	room := &stubRoom{}
	server, a := room.open(t)
	g, err := Ask(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, wire.Greeting{Workshop: true, Title: "Go workshop"}, g)

	room.says(func(w http.ResponseWriter, r *http.Request) bool {
		require.Empty(t, r.Header.Get(wire.CredentialHeader))
		require.Equal(t, "application/json", r.Header.Get("Accept"))
		_ = json.NewEncoder(w).Encode(wire.Greeting{Workshop: true, Title: "\x1b[31mred\u202e", Forwards: true})
		return true
	})
	g, err = Ask(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, wire.Greeting{Workshop: true, Title: "[31mred", Forwards: true}, g)

	text := func(s string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(s))
			return true
		}
	}
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"another page": text("<html>"), "another JSON": text(`{"title": "Go workshop"}`), "nothing": text(""), "404": status(404), "403": status(403),
		"elsewhere": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "https://login.example", http.StatusFound)
			return true
		},
	} {
		room.says(answer)
		_, err := Ask(t.Context(), a)
		require.ErrorIs(t, err, ErrNoRoom, name)
	}
	room.says(status(410))
	_, err = Ask(t.Context(), a)
	require.ErrorIs(t, err, ErrMoved)

	for _, code := range []int{429, 500, 502} {
		room.says(status(code))
		_, err = Ask(t.Context(), a)
		require.ErrorContains(t, err, "it answers")
		require.NotErrorIs(t, err, ErrNoRoom)
	}
	server.Close()
	_, err = Ask(t.Context(), a)
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrNoRoom)
	require.NotContains(t, err.Error(), a.Token)
}
