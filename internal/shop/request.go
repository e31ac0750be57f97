package shop

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	requestLimit = 30 * time.Second
	bodyCap      = 64 << 10
)

// A Response is what the service answered to one request.
type Response struct {
	Status int
	Body   string // its first 64 KiB, as they came: make them [Printable] for a terminal

	// TraceID and SpanID, in hexadecimal, were sent as the request's
	// traceparent. A service that extracts the context carries on this trace,
	// below a span that nobody records; one without a propagator starts a
	// trace of its own: then look for the newest one.
	TraceID, SpanID string

	Took time.Duration // until the last byte of the body
}

// Get sends one request to the service, over a connection of its own that is
// closed afterwards. It takes 30 seconds at most. A status of 400 and more is
// no error, and redirects are not followed.
func (s *Shop) Get(ctx context.Context, path string) (Response, error) {
	if s.running() == nil {
		return Response{}, errNotRunning
	}
	r := Response{TraceID: randomHex(16), SpanID: randomHex(8)}
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	url := s.URL() + "/" + strings.TrimPrefix(path, "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Response{}, fmt.Errorf("make the request: %w", err)
	}
	req.Host = s.o.Host
	req.Header.Set("traceparent", "00-"+r.TraceID+"-"+r.SpanID+"-01")
	client := http.Client{
		// An idle connection would hold up the service's end; no proxy stands
		// between us and loopback.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return r, fmt.Errorf("send the request: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	r.Status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyCap))
	r.Body, r.Took = string(body), time.Since(start)
	if err != nil {
		return r, fmt.Errorf("read the answer: %w", err)
	}
	return r, nil
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}
