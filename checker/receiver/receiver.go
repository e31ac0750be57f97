// Package receiver is the smallest OTLP/HTTP receiver that a check needs. It
// accepts what arrives, or does with it what a collector in trouble does. It is
// not the workshop's collector, which would add seconds to every build of the
// checks.
package receiver

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
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
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"otel.workshop/internal/collector/probe"
)

// A Receiver accepts what OTLP exporters send. Safe for concurrent use.
type Receiver struct {
	URL string // http://127.0.0.1:PORT, or https

	cert    *x509.Certificate // of a TLS server
	book    probe.Book
	over    chan struct{} // closed when the test is over
	mu      sync.Mutex
	trouble Trouble
	takes   map[string]string // what a path takes instead, "/v1/traces" or "/v1/metrics"
	paths   []string
	clear   int // requests in the clear that a TLS server has refused
	spans   []*tracepb.ResourceSpans
	metrics map[string]*metricspb.Metric // by name, as they came last
}

// New starts a receiver on a free loopback port; it stops with the test.
func New(t testing.TB) *Receiver {
	r := &Receiver{}
	r.start(t, httptest.NewServer(r))
	return r
}

// NewTLS starts a receiver that speaks https alone, with a certificate that
// nobody trusts (but see Trusting). A request in the clear is refused, and
// counted.
func NewTLS(t testing.TB) *Receiver {
	r := &Receiver{}
	srv := httptest.NewUnstartedServer(r)
	srv.Config.ErrorLog = log.New(handshakes{r}, "", 0)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	srv.StartTLS()
	r.cert = srv.Certificate()
	r.start(t, srv)
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
	r.start(t, srv)
	return r, nil
}

// start notes where srv serves r, and has it stop with the test.
func (r *Receiver) start(t testing.TB, srv *httptest.Server) {
	r.URL = srv.URL
	r.over = make(chan struct{})
	t.Cleanup(func() {
		close(r.over)
		srv.Close()
	})
}

// Take makes the receiver take a signal, that of path "/v1/traces" or
// "/v1/metrics", at another path, and no longer at its own.
func (r *Receiver) Take(signal, path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.takes == nil {
		r.takes = make(map[string]string)
	}
	r.takes[signal], r.takes[path] = "", signal
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

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasPrefix(req.URL.Path, "/workshop/") {
		r.book.ServeHTTP(w, req)
		return
	}
	body, err := read(req)
	r.mu.Lock()
	r.paths = append(r.paths, req.URL.Path)
	path := req.URL.Path
	if signal, ok := r.takes[path]; ok {
		path = signal
	}
	r.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.inTrouble(w, req) {
		return
	}
	switch path {
	case "/v1/traces":
		var export collectortrace.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &export); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.keepSpans(export.GetResourceSpans())
	case "/v1/metrics":
		var export collectormetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(body, &export); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.keepMetrics(export.GetResourceMetrics())
	default:
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf") // an empty response is a full success
}

func (r *Receiver) keepSpans(resources []*tracepb.ResourceSpans) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, resources...)
	for _, rs := range resources {
		if n := nonce(rs.GetResource()); n != "" {
			r.book.Note(n, probe.Traces)
		}
	}
}

func (r *Receiver) keepMetrics(resources []*metricspb.ResourceMetrics) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.metrics == nil {
		r.metrics = make(map[string]*metricspb.Metric)
	}
	for _, rm := range resources {
		if n := nonce(rm.GetResource()); n != "" {
			r.book.Note(n, probe.Metrics)
		}
		for _, sm := range rm.GetScopeMetrics() {
			for _, m := range sm.GetMetrics() {
				r.metrics[m.GetName()] = m
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
