package member

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"otel.workshop/internal/room/wire"
)

// patience is how long one request may take.
const patience = 5 * time.Second

// A line is an HTTP client for one room. It sends no header but those that are
// named here, follows nobody elsewhere, reads little of what is answered, and
// remembers how the latest request ended. It is for one goroutine at a time.
type line struct {
	credential wire.Credential // "" when it asks as nobody
	limit      time.Duration   // of one request
	transport  http.RoundTripper
	latest     answer
	body       []byte // of the latest request
}

// newLine makes a line; the transport is its own.
func newLine(c wire.Credential) *line {
	return &line{credential: c, limit: patience, transport: &http.Transport{
		Proxy:                  proxyOf,
		DialContext:            (&net.Dialer{Timeout: patience}).DialContext,
		TLSHandshakeTimeout:    patience,
		MaxIdleConns:           1,
		IdleConnTimeout:        30 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
	}}
}

func (l *line) client() *http.Client {
	return &http.Client{
		Transport: l, Timeout: l.limit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// mostAnswered is how much of an answer is read, in bytes.
const mostAnswered = 64 << 10

// RoundTrip is an [http.RoundTripper]'s.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.latest, l.body = answer{}, nil
	sent := r.Clone(r.Context())
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if l.body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(l.body)), int64(len(l.body))
	}
	sent.Header = http.Header{"User-Agent": {wire.ServiceName}}
	for _, name := range []string{"Accept", "Content-Type", "Content-Encoding"} {
		if value := r.Header.Get(name); value != "" {
			sent.Header.Set(name, value)
		}
	}
	if l.credential != "" {
		sent.Header.Set(wire.CredentialHeader, string(l.credential))
	}
	res, err := l.transport.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	l.latest = answerOf(res, time.Now())
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, mostAnswered), res.Body}
	return res, nil
}

func (l *line) close() {
	if t, ok := l.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// proxyOf is the environment's proxy, except for rooms that no proxy is needed
// for: those of this machine or this network.
func proxyOf(r *http.Request) (*url.URL, error) {
	if nearby(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// nearby reports whether a host is of this machine or this network, as far as
// its name tells.
func nearby(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		a = a.Unmap()
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".localhost")
}
