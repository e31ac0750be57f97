package member

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/workspace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A stubRoom takes what members send, and says what it is told to.
type stubRoom struct {
	token  string
	answer func(w http.ResponseWriter, r *http.Request) (done bool) // nil: takes it

	forwards atomic.Bool

	mu       sync.Mutex
	requests []received
}

// received is a request, decoded.
type received struct {
	at       time.Time
	path     string
	header   http.Header
	resource map[string]string
	scope    string
	body     []byte // decompressed
	spans    []*traces.Span
	metrics  []*metrics.Metric
}

func (s *stubRoom) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	path, found := strings.CutPrefix(r.URL.Path, "/"+s.token)
	switch {
	case !found:
		http.NotFound(w, r)
	case path == "":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(wire.Greeting{Workshop: true, Title: "Go workshop", Forwards: s.forwards.Load()})
	default:
		got, err := decode(path, r.Header, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.requests = append(s.requests, got)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-protobuf")
	}
}

func decode(path string, header http.Header, body []byte) (received, error) {
	got := received{at: time.Now(), path: path, header: header, resource: map[string]string{}}
	unzipped, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	if got.body, err = io.ReadAll(unzipped); err != nil {
		return got, err
	}
	if path == "/v1/traces" {
		var m collectortraces.ExportTraceServiceRequest
		err = proto.Unmarshal(got.body, &m)
		for _, rs := range m.GetResourceSpans() {
			got.resource = attributes(rs.GetResource().GetAttributes())
			for _, ss := range rs.GetScopeSpans() {
				got.scope = ss.GetScope().GetName()
				got.spans = append(got.spans, ss.GetSpans()...)
			}
		}
		return got, err
	}
	var m collectormetrics.ExportMetricsServiceRequest
	err = proto.Unmarshal(got.body, &m)
	for _, rm := range m.GetResourceMetrics() {
		got.resource = attributes(rm.GetResource().GetAttributes())
		for _, sm := range rm.GetScopeMetrics() {
			got.scope = sm.GetScope().GetName()
			got.metrics = append(got.metrics, sm.GetMetrics()...)
		}
	}
	return got, err
}

func attributes(list []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, kv := range list {
		switch v := kv.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			all[kv.GetKey()] = v.StringValue
		case *common.AnyValue_BoolValue:
			all[kv.GetKey()] = map[bool]string{true: "true", false: "false"}[v.BoolValue]
		default:
			all[kv.GetKey()] = "of another type"
		}
	}
	return all
}

// says changes what the room answers.
func (s *stubRoom) says(answer func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *stubRoom) all() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.requests...)
}

func (s *stubRoom) spans(name string) (found []*traces.Span) {
	for _, r := range s.all() {
		for _, span := range r.spans {
			if name == "" || strings.HasPrefix(span.GetName(), name) {
				found = append(found, span)
			}
		}
	}
	return found
}

// points returns the latest number points of a metric.
func (s *stubRoom) points(name string) map[string]float64 {
	points := map[string]float64{}
	for _, r := range s.all() {
		for _, m := range r.metrics {
			if m.GetName() != name {
				continue
			}
			points = map[string]float64{}
			for _, p := range append(m.GetGauge().GetDataPoints(), m.GetSum().GetDataPoints()...) {
				a := attributes(p.GetAttributes())
				key := a[wire.Check]
				if key == "" && a[wire.Step] != "" {
					key = a[wire.Step] + " " + a[wire.Outcome]
				}
				points[key] = p.GetAsDouble() + float64(p.GetAsInt())
			}
			for _, p := range m.GetHistogram().GetDataPoints() {
				a := attributes(p.GetAttributes())
				points[a[wire.Step]+" "+a[wire.Outcome]] = float64(p.GetCount())
			}
		}
	}
	return points
}

// open serves a room until the test ends, and returns its address.
func (s *stubRoom) open(t testing.TB) (*httptest.Server, wire.Address) {
	s.token = wire.NewToken()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // of those that are kept waiting
	return server, wire.Address{Base: server.URL, Token: s.token}
}

// quick is a pace for tests.
func quick() pace {
	return pace{every: 100 * time.Millisecond, gap: 10 * time.Millisecond, shortest: 10 * time.Millisecond, longest: 50 * time.Millisecond}
}

func join(t testing.TB, w workspace.Workspace, a wire.Address, name string) Card {
	c := NewCard(a, name)
	require.NoError(t, c.Remember(w))
	return c
}

func sit(t testing.TB, s *session.Session) *desk.Desk {
	d, err := desk.Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// report starts a member at a desk, until the test ends.
func report(t testing.TB, d *desk.Desk, c Card) *Member {
	m, err := start(d, c, quick(), newLine(c.Credential))
	require.NoError(t, err)
	t.Cleanup(func() { goodbye(m, time.Second) })
	return m
}

func goodbye(m *Member, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	m.Close(ctx)
}

// grade grades once and returns how long that took.
func grade(t testing.TB, d *desk.Desk) time.Duration {
	began := time.Now()
	d.Grade(t.Context(), nil)
	return time.Since(began)
}

// learner is a session at a desk, and a member of a stub's room.
func learner(t testing.TB, room *stubRoom) (*desk.Desk, *sessiontest.Grader, *Member) {
	s, g := sessiontest.New(t)
	_, a := room.open(t)
	d := sit(t, s)
	return d, g, report(t, d, join(t, s.Workspace, a, "Ada"))
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	require.Eventually(t, is, 10*time.Second, 2*time.Millisecond, what)
}

func becomes(t testing.TB, m *Member, s State) {
	t.Helper()
	require.Eventually(t, func() bool { return m.Status().State == s }, 10*time.Second, 2*time.Millisecond, "state %d", s)
}
