// Package receiver is the smallest OTLP/HTTP receiver that a check needs: it
// notes what arrives, and keeps none of it. It is not the
// workshop's collector, which would add seconds to every build of the checks.
package receiver

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"otel.workshop/internal/collector/probe"
)

// A Receiver accepts what OTLP exporters send. Safe for concurrent use.
type Receiver struct {
	URL string // http://127.0.0.1:PORT, or https

	book    probe.Book
	mu      sync.Mutex
	paths   []string
	clear   int             // requests in the clear that a TLS server has refused
	servers map[string]bool // the traces of which a server span has arrived
}

// New starts a receiver on a free loopback port; it stops with the test.
func New(t testing.TB) *Receiver {
	r := &Receiver{}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	r.URL = srv.URL
	return r
}

// NewTLS starts a receiver that speaks https alone. A request in the clear is
// refused, and counted. With trusted, this process trusts its certificate;
// without, it has one that nobody trusts.
func NewTLS(t testing.TB, trusted bool) *Receiver {
	r := &Receiver{}
	srv := httptest.NewUnstartedServer(r)
	srv.Config.ErrorLog = log.New(handshakes{r}, "", 0)
	if !trusted {
		srv.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	r.URL = srv.URL
	trust(t, srv.Certificate(), trusted)
	return r
}

// On starts a receiver on the address given, or says why it can't.
func On(t testing.TB, addr string) (*Receiver, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	r := &Receiver{}
	srv := httptest.NewUnstartedServer(r)
	_ = srv.Listener.Close() // made by httptest, never used
	srv.Listener = ln
	srv.Start()
	t.Cleanup(srv.Close)
	r.URL = srv.URL
	return r, nil
}

// Seen tells which signals arrived under a nonce.
func (r *Receiver) Seen(nonce string) probe.Signals { return r.book.Seen(nonce) }

// Paths returns the path of each request that arrived.
func (r *Receiver) Paths() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.paths)
}

// InTheClear counts the requests that came over plain HTTP to a TLS receiver.
func (r *Receiver) InTheClear() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clear
}

// HasServerSpan reports whether a server span of this trace has arrived.
func (r *Receiver) HasServerSpan(traceID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.servers[traceID]
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasPrefix(req.URL.Path, "/workshop/") {
		r.book.ServeHTTP(w, req)
		return
	}
	body, err := read(req)
	r.mu.Lock()
	r.paths = append(r.paths, req.URL.Path)
	r.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch req.URL.Path {
	case "/v1/traces":
		var export collectortrace.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &export); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.keep(export.GetResourceSpans())
	case "/v1/metrics":
		var export collectormetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(body, &export); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, rm := range export.GetResourceMetrics() {
			if n := nonce(rm.GetResource()); n != "" {
				r.book.Note(n, probe.Metrics)
			}
		}
	default:
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf") // an empty response is a full success
}

func (r *Receiver) keep(resources []*tracepb.ResourceSpans) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.servers == nil {
		r.servers = make(map[string]bool)
	}
	for _, rs := range resources {
		if n := nonce(rs.GetResource()); n != "" {
			r.book.Note(n, probe.Traces)
		}
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				if s.GetKind() == tracepb.Span_SPAN_KIND_SERVER {
					r.servers[hex.EncodeToString(s.GetTraceId())] = true
				}
			}
		}
	}
}

func read(req *http.Request) ([]byte, error) {
	var body io.Reader = io.LimitReader(req.Body, 16<<20)
	if req.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("unzip the body: %w", err)
		}
		body = io.LimitReader(z, 16<<20)
	}
	return io.ReadAll(body)
}

// handshakes counts the requests in the clear that a TLS server refuses before
// any handler sees them: net/http only writes them to its error log.
type handshakes struct{ r *Receiver }

func (h handshakes) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("client sent an HTTP request to an HTTPS server")) {
		h.r.mu.Lock()
		h.r.clear++
		h.r.mu.Unlock()
	}
	return len(p), nil
}

// nonce returns the mark that a check puts on what it sends, if it is there.
func nonce(r *resourcepb.Resource) string {
	for _, kv := range r.GetAttributes() {
		if kv.GetKey() == probe.Attribute {
			return kv.GetValue().GetStringValue()
		}
	}
	return ""
}
