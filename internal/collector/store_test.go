package collector

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"otel.workshop/internal/collector/probe"
)

func traceID(n int) (id pcommon.TraceID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

func spanID(n int) (id pcommon.SpanID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

// someSpans makes spans of a trace: the first is the root, the others its
// children, each starting a second after the one before and taking ten.
func someSpans(service string, trace, first, n int) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	spans := rs.ScopeSpans().AppendEmpty().Spans()
	for i := first; i < first+n; i++ {
		s := spans.AppendEmpty()
		s.SetTraceID(traceID(trace))
		s.SetSpanID(spanID(i))
		s.SetName(fmt.Sprint("span ", i))
		if i > 1 {
			s.SetParentSpanID(spanID(1))
		}
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Unix(int64(i), 0)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(time.Unix(int64(i+10), 0)))
	}
	return td
}

func ids(traces []TraceSummary) string {
	var out []string
	for _, tr := range traces {
		out = append(out, strings.TrimLeft(tr.ID, "0"))
	}
	return strings.Join(out, " ")
}

// A summary should follow the trace while its spans come in.
func TestSummaryGrows(t *testing.T) {
	s := NewStore(Limits{})
	s.addTraces(someSpans("shop", 7, 3, 2))
	got := s.Traces()[0]
	require.True(t, got.RootMissing)
	require.Equal(t, 2, got.Orphans)
	require.Equal(t, "span 3", got.Root)
	require.False(t, got.Complete())
	require.Equal(t, time.Unix(3, 0).UTC(), got.Start)
	require.Equal(t, 11*time.Second, got.Duration)

	s.addTraces(someSpans("front", 7, 1, 1))
	got = s.Traces()[0]
	require.Equal(t, "span 1", got.Root)
	require.True(t, got.Complete())
	require.Equal(t, []string{"front", "shop"}, got.Services)
	require.Equal(t, 13*time.Second, got.Duration)
	require.False(t, got.Error)
	got.Services[0] = "changed"
	require.Equal(t, "front", s.Traces()[0].Services[0], "copies are returned")

	failed := someSpans("shop", 7, 5, 1)
	failed.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Status().SetCode(ptrace.StatusCodeError)
	s.addTraces(failed)
	require.True(t, s.Traces()[0].Error)
}

func TestNoSuchTrace(t *testing.T) {
	s := NewStore(Limits{})
	s.addTraces(someSpans("shop", 7, 1, 1))
	for _, id := range []string{"", "7", "xyz", traceID(8).String(), traceID(7).String() + "00", strings.Repeat("z", 32)} {
		require.Nil(t, s.Trace(id), id)
	}
	require.Len(t, s.Trace(traceID(7).String()), 1)
}

// The newest traces should be kept, listed by their first span, and evicted by
// their last.
func TestEvictionByNumber(t *testing.T) {
	s := NewStore(Limits{Traces: 3})
	for i := 1; i <= 3; i++ {
		s.addTraces(someSpans("shop", i, 1, 1))
	}
	s.addTraces(someSpans("shop", 1, 2, 1))
	require.Equal(t, "3 2 1", ids(s.Traces()))
	s.addTraces(someSpans("shop", 4, 1, 1))
	require.Equal(t, "4 3 1", ids(s.Traces()))
	require.Equal(t, 1, s.Stats().EvictedTraces)
	require.Equal(t, 3, s.Stats().Traces)
	require.Equal(t, 5, s.Stats().Spans)
}

func TestSpansPerTrace(t *testing.T) {
	s := NewStore(Limits{SpansPerTrace: 10})
	s.addTraces(someSpans("shop", 1, 1, 25))
	got := s.Traces()[0]
	require.Equal(t, 10, got.Spans)
	require.Equal(t, 15, got.Dropped)
	require.False(t, got.Complete())
	require.Equal(t, 15, s.Stats().DroppedSpans)
	require.Len(t, s.Trace(got.ID), 10)
}

// Memory should stay within its limit, as the garbage collector sees it, for
// spans of every shape; and what is evicted should be given back in the books.
func TestTraceMemory(t *testing.T) {
	const limit = 4 << 20
	shapes := map[string]func(i int) ptrace.Traces{
		"small spans": func(i int) ptrace.Traces { return someSpans("shop", i+1, 1, 20) },
		"one trace":   func(i int) ptrace.Traces { return someSpans("shop", 1, i*20+1, 20) },
		"many attributes": func(i int) ptrace.Traces {
			td := someSpans("shop", i+1, 1, 2)
			for j := range 200 {
				td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().PutInt(fmt.Sprint(j), int64(j))
			}
			return td
		},
		"long strings": func(i int) ptrace.Traces {
			td := someSpans("shop", i+1, 1, 1)
			td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetName(strings.Repeat("x", 50_000))
			return td
		},
		"large resources": func(i int) ptrace.Traces {
			td := someSpans("shop", i/100+1, i+1, 1)
			td.ResourceSpans().At(0).Resource().Attributes().PutStr("x", strings.Repeat("x", 50_000))
			return td
		},
		"empty events": func(i int) ptrace.Traces {
			td := someSpans("shop", i+1, 1, 1)
			for range 500 {
				td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Events().AppendEmpty()
			}
			return td
		},
		"a span of many in its request": func(i int) ptrace.Traces {
			// All but one span of the request are soon evicted; that one must
			// not keep the others.
			td := ptrace.NewTraces()
			rs := td.ResourceSpans().AppendEmpty()
			spans := rs.ScopeSpans().AppendEmpty().Spans()
			for j := range 50 {
				s := spans.AppendEmpty()
				s.SetTraceID(traceID(i*50 + j + 1))
				s.SetSpanID(spanID(1))
				s.SetName(strings.Repeat("x", 1000))
			}
			spans.At(0).SetTraceID(traceID(1))
			spans.At(0).SetSpanID(spanID(i + 1))
			spans.At(0).SetName("small")
			return td
		},
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			s := NewStore(Limits{Traces: 1 << 20, SpansPerTrace: 1 << 20, TraceBytes: limit})
			before := heap()
			for i := range 1500 {
				s.addTraces(throughTheWire(t, shape(i)))
			}
			stats := s.Stats()
			require.LessOrEqual(t, stats.TraceBytes, limit)
			require.Positive(t, stats.EvictedTraces+stats.DroppedSpans)
			require.Less(t, heap()-before, int64(limit)*5/4)

			s.traces.mu.Lock()
			for len(s.traces.byID) > 0 {
				s.traces.evict(s.traces.recent.Front().Value.(*heldTrace))
			}
			s.traces.mu.Unlock()
			require.Zero(t, s.Stats().TraceBytes)
		})
	}
}

// throughTheWire returns td as a receiver sees it.
func throughTheWire(t *testing.T, td ptrace.Traces) ptrace.Traces {
	b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(t, err)
	req, err := decodeTraces(b, protobuf)
	require.NoError(t, err)
	return req.Traces()
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// gauge makes one point of a stream.
func gauge(stream string, v float64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("m")
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.Attributes().PutStr("stream", stream)
	p.SetDoubleValue(v)
	return md
}

func TestStreamLimits(t *testing.T) {
	s := NewStore(Limits{Streams: 3})
	for i, name := range []string{"a", "b", "c", "a", "d"} {
		s.addMetrics(gauge(name, float64(i)))
	}
	points := s.Metrics()[0].Points
	require.Len(t, points, 3)
	require.Equal(t, "stream=a stream=c stream=d", line(points[0].Attrs)+" "+line(points[1].Attrs)+" "+line(points[2].Attrs))
	require.Equal(t, 3.0, points[0].Value)
	require.Equal(t, 1, s.Stats().EvictedStreams)

	s = NewStore(Limits{MetricBytes: 1 << 20})
	before := heap()
	for i := range 200 {
		s.addMetrics(gauge(fmt.Sprint(i, strings.Repeat("x", 20_000)), 1))
	}
	s.addMetrics(gauge(strings.Repeat("x", 1<<20), 1))
	require.LessOrEqual(t, s.Stats().MetricBytes, 1<<20)
	require.Less(t, heap()-before, int64(2<<20))
	require.Positive(t, s.Stats().EvictedStreams)
	require.Equal(t, 1, s.Stats().DroppedPoints)
}

// Streams whose parts look alike when joined should stay apart.
func TestStreamKeys(t *testing.T) {
	s := NewStore(Limits{})
	md := pmetric.NewMetrics()
	points := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints()
	points.AppendEmpty()
	points.AppendEmpty().Attributes().PutStr("a", "b\x00\x00c")
	p := points.AppendEmpty().Attributes()
	p.PutStr("a", "b")
	p.PutStr("c", "")
	points.AppendEmpty().Attributes().PutInt("n", 1)
	points.AppendEmpty().Attributes().PutStr("n", "1")
	s.addMetrics(md)
	require.Len(t, s.Metrics(), 1)
	require.Len(t, s.Metrics()[0].Points, 5)
}

// One wake-up should stand for any number of changes, and a subscriber who
// never looks hold up nothing.
func TestSubscribe(t *testing.T) {
	s := NewStore(Limits{})
	idle, cancelIdle := s.Subscribe()
	changed, cancel := s.Subscribe()
	for i := range 100 {
		s.addTraces(someSpans("shop", i+1, 1, 1))
	}
	require.Len(t, changed, 1)
	<-changed
	require.Empty(t, changed)
	s.addMetrics(gauge("a", 1))
	wait(t, changed)
	s.addLogs(1)
	wait(t, changed)
	cancel()
	cancel()
	s.addLogs(1)
	require.Empty(t, changed)
	require.Len(t, idle, 1)
	cancelIdle()
	require.Empty(t, s.subscribers)
}

// A probe should be noted, and leave no other trace.
func TestProbesAreKeptApart(t *testing.T) {
	s := NewStore(Limits{})
	changed, cancel := s.Subscribe()
	defer cancel()
	td := someSpans("shop", 1, 1, 1)
	td.ResourceSpans().At(0).Resource().Attributes().PutStr(probe.Attribute, "n1")
	s.addTraces(td)
	require.Equal(t, probe.Signals{Traces: true}, s.probes.Seen("n1"))
	md := gauge("a", 1)
	md.ResourceMetrics().At(0).Resource().Attributes().PutStr(probe.Attribute, "n1")
	s.addMetrics(md)
	require.Equal(t, probe.Signals{Traces: true, Metrics: true}, s.probes.Seen("n1"))
	require.Empty(t, s.Traces())
	require.Empty(t, s.Metrics())
	require.Empty(t, changed)
	require.Zero(t, s.Stats())

	// What comes along with one is stored.
	someSpans("shop", 2, 1, 1).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	s.addTraces(td)
	require.Equal(t, "2", ids(s.Traces()))
	require.Len(t, changed, 1)
}

// Senders and readers at once: meant for -race, and nothing may be lost.
func TestConcurrency(t *testing.T) {
	const senders, requests = 4, 50
	c := start(t, Limits{Traces: 1000})
	s := c.Store()
	body := traceProto(t)
	conn := dial(t, c)
	done := make(chan struct{})
	var readers, sending sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			changed, cancel := s.Subscribe()
			defer cancel()
			for {
				for _, tr := range s.Traces() {
					s.Trace(tr.ID)
				}
				s.Metrics()
				s.Stats()
				select {
				case <-changed:
				case <-done:
					return
				}
			}
		})
	}
	for n := range senders {
		sending.Go(func() {
			for i := range requests {
				code, _, _ := post(t, c, "/v1/traces", pb, body)
				require.Equal(t, 200, code)
				code, _, _ = post(t, c, "/v1/metrics", js, []byte(gaugeJSON))
				require.Equal(t, 200, code)
				require.NoError(t, invoke(t, conn, body))
				s.addTraces(someSpans("shop", n*requests+i+1, 1, 2))
			}
		})
	}
	sending.Wait()
	close(done)
	readers.Wait()
	require.Equal(t, senders*requests*(2+2+2), s.Stats().Spans)
	require.Equal(t, senders*requests*4, s.Stats().Requests)
	require.Equal(t, senders*requests+1, s.Stats().Traces)
	require.Len(t, s.Trace("5b8efff798038103d269b633813fc60c"), senders*requests*4)
}
