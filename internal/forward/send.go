package forward

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// newTransport is http.DefaultTransport, but for its patience and the
// connections that it keeps.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment, // which makes an exception of this machine
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          len(signals),
		MaxIdleConnsPerHost:   len(signals),
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// stay follows no redirect: who answers with one is not who was asked, and the
// headers may be secrets.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// An outcome is what has become of one try.
type outcome struct {
	taken    bool          // the backend has it
	again    bool          // it should be tried again
	wait     time.Duration // not sooner than after this
	answered bool          // by the backend, and not with "later"
	why      string        // what is wrong, as a clause; with taken, what the backend says of a part
	rejected int           // of its spans, points or records, with taken
}

// send tries a request once.
func (f *Forwarder) send(it *item, p *packer) outcome {
	if !it.packed {
		f.queue.pack(it, p.pack(it.body))
	}
	return f.post(f.ctx, it.signal, it.body, it.zipped, chain(it.via, f.id))
}

// A backend is who is sent to.
type backend struct {
	endpoint *url.URL
	headers  map[string]string
	timeout  time.Duration
	client   *http.Client
}

// newBackend finds the backend that options with all defaults name.
func newBackend(o Options) (backend, error) {
	endpoint, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return backend{}, fmt.Errorf("forward to %s: %w", unsecret(o.Endpoint), err)
	}
	for name, value := range o.Headers {
		if err := checkHeader(name, value); err != nil {
			return backend{}, err
		}
	}
	return backend{endpoint, o.Headers, o.Timeout, &http.Client{Transport: o.transport, CheckRedirect: stay}}, nil
}

// Endpoint returns where requests go, without anything that is secret.
func (b *backend) Endpoint() string { return b.endpoint.String() }

// post sends a request, and waits for the answer.
func (b *backend) post(ctx context.Context, signal string, body []byte, zipped bool, chain string) outcome {
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint.JoinPath("v1", signal).String(), bytes.NewReader(body))
	if err != nil {
		return outcome{why: fmt.Sprintf("the request could not be made: %v", err)}
	}
	for name, value := range b.headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", protobufType)
	if zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	req.Header.Set("User-Agent", "otel-workshop-forwarder")
	req.Header.Set(chainHeader, chain)
	resp, err := b.client.Do(req)
	if err != nil {
		return outcome{again: true, why: b.explain(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	const most = 64 << 10 // of an answer
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		answer = nil // what it says of a part is lost, but not what it said of the whole
	}
	return judge(signal, resp, answer)
}
