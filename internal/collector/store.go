package collector

import (
	"encoding/hex"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"otel.workshop/internal/collector/probe"
	"otel.workshop/internal/waterfall"
)

// A Store keeps what a collector received: the newest traces, and the latest
// point of each metric stream, within [Limits]. Log records are counted only.
// Telemetry is kept as it came and converted when it is read; no reader can
// hold up receiving. All methods may be called concurrently, and what they
// return belongs to the caller, but for the resources of spans: those of one
// service share theirs, and it is not to be written to.
type Store struct {
	traces  *traceTable
	metrics *metricTable
	probes  probe.Book

	mu          sync.Mutex
	counts      Stats // what the tables do not count themselves
	refusals    []string
	subscribers map[chan struct{}]struct{}
}

// NewStore makes an empty store.
func NewStore(l Limits) *Store {
	l = l.withDefaults()
	return &Store{
		traces:      newTraceTable(l),
		metrics:     newMetricTable(l),
		subscribers: make(map[chan struct{}]struct{}),
	}
}

// Traces returns one summary for each trace, the newest first: by the arrival
// of its first span, so that a trace keeps its place while spans come in.
func (s *Store) Traces() []TraceSummary { return s.traces.summaries() }

// Trace returns the spans of a trace in the order of their arrival; nil when
// the store does not have it. The id is hex, 32 digits.
func (s *Store) Trace(id string) []waterfall.Span {
	var raw pcommon.TraceID
	if n, err := hex.Decode(raw[:], []byte(id[:min(len(id), 32)])); err != nil || n != len(raw) || len(id) != 32 {
		return nil
	}
	held := s.traces.spansOf(raw)
	if held == nil {
		return nil
	}
	return waterfalls(held)
}

// Metrics returns the latest point of each stream, by metric: sorted by
// service, name, instance and scope.
func (s *Store) Metrics() []Metric { return s.metrics.metrics() }

// Subscribe returns a channel that has a value whenever something has changed
// since it was last received from: many changes make one value. Cancel ends
// the subscription and may be called more than once; the channel is never
// closed.
func (s *Store) Subscribe() (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers[c] = struct{}{}
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subscribers, c)
	}
}

// changed counts, and wakes the subscribers.
func (s *Store) changed(count func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count(&s.counts)
	for c := range s.subscribers {
		select {
		case c <- struct{}{}:
		default: // it has not come to the last one yet
		}
	}
}

// addTraces stores spans. It returns how many it rejected because no trace can
// hold them, and what is wrong with the first one.
func (s *Store) addTraces(td ptrace.Traces) (rejected int, why string) {
	spans := make([]heldSpan, 0, td.SpanCount())
	probed := 0
	eachSpan(td, s.isProbe(probe.Traces, &probed), func(h heldSpan) {
		if problem := h.checkIDs(); problem != "" {
			if rejected++; rejected == 1 {
				why = problem
			}
			return
		}
		spans = append(spans, h)
	})
	s.traces.add(spans)
	if len(spans) > 0 || rejected > 0 || probed == 0 {
		s.changed(func(c *Stats) {
			c.Requests++
			c.Spans += len(spans)
			c.RejectedSpans += rejected
		})
	}
	return rejected, why
}

// addMetrics stores the data points of md.
func (s *Store) addMetrics(md pmetric.Metrics) {
	samples := make([]sample, 0, md.DataPointCount())
	probed := 0
	eachSample(md, s.isProbe(probe.Metrics, &probed), func(p sample) { samples = append(samples, p) })
	s.metrics.add(samples)
	if len(samples) > 0 || probed == 0 {
		s.changed(func(c *Stats) {
			c.Requests++
			c.DataPoints += len(samples)
		})
	}
}

// addLogs counts log records and forgets them.
func (s *Store) addLogs(records int) {
	s.changed(func(c *Stats) {
		c.Requests++
		c.LogRecords += records
	})
}

// isProbe returns a function that tells a probe's resource from any other,
// notes it, and counts it in probed.
func (s *Store) isProbe(sig probe.Signal, probed *int) func(pcommon.Resource) bool {
	return func(r pcommon.Resource) bool {
		nonce, ok := r.Attributes().Get(probe.Attribute)
		if !ok {
			return false
		}
		if nonce.Type() == pcommon.ValueTypeStr {
			s.probes.Note(nonce.Str(), sig)
		}
		*probed++
		return true
	}
}
