package forward

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
	ctx, cancel := context.WithTimeout(f.ctx, f.options.Timeout)
	defer cancel()
	if !it.packed {
		f.queue.pack(it, p.pack(it.body))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.endpoint.JoinPath("v1", it.signal).String(), bytes.NewReader(it.body))
	if err != nil {
		return outcome{why: fmt.Sprintf("the request could not be made: %v", err)}
	}
	for name, value := range f.options.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", protobufType)
	if it.zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	req.Header.Set("User-Agent", "otel-workshop-forwarder")
	req.Header.Set(chainHeader, chain(it.via, f.id))
	resp, err := f.client.Do(req)
	if err != nil {
		return outcome{again: true, why: f.explain(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	const most = 64 << 10 // of an answer
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		body = nil // what it says of a part is lost, but not what it said of the whole
	}
	return judge(it.signal, resp, body)
}
