package collector

import (
	"cmp"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A TraceSummary is one line about a trace.
type TraceSummary struct {
	ID          string        // 32 hex digits
	Root        string        // the root span's name; the earliest orphan's while the root is missing
	Services    []string      // by the first span of each, the earliest first
	Start       time.Time     // of the earliest span; zero when no span has one
	Duration    time.Duration // from there to the latest end
	Spans       int
	Error       bool // the status of some span is Error
	RootMissing bool // no span without a parent has arrived
	Orphans     int  // spans whose parent has not arrived
	Dropped     int  // spans that were not kept: the trace has reached its limit
}

// Complete reports whether the trace has a root and every span's parent. More
// may still arrive.
func (s TraceSummary) Complete() bool { return !s.RootMissing && s.Orphans == 0 && s.Dropped == 0 }

// summaries returns one for each trace, the newest first. It summarizes without
// the lock, and each trace only when it has changed.
func (t *traceTable) summaries() []TraceSummary {
	type item struct {
		trace   *heldTrace
		number  uint64
		spans   []heldSpan
		dropped int
		summary *TraceSummary
	}
	t.mu.Lock()
	items := make([]item, 0, len(t.byID))
	for _, tr := range t.byID {
		items = append(items, item{tr, tr.number, tr.spans, tr.dropped, tr.summary})
	}
	t.mu.Unlock()

	slices.SortFunc(items, func(a, b item) int { return cmp.Compare(b.number, a.number) })
	all := make([]TraceSummary, len(items))
	for i := range items {
		it := &items[i]
		if it.summary == nil || it.summary.Spans != len(it.spans) {
			it.summary = summarize(it.spans)
		}
		all[i] = *it.summary
		all[i].Services = slices.Clone(it.summary.Services)
		all[i].Dropped = it.dropped
	}

	t.mu.Lock()
	defer t.mu.Unlock()
	for _, it := range items {
		it.trace.summary = it.summary // a later one is remade when it is asked for
	}
	return all
}

// summarize makes the summary of at least one span.
func summarize(spans []heldSpan) *TraceSummary {
	ids := make(map[pcommon.SpanID]bool, len(spans))
	for _, s := range spans {
		ids[s.SpanID()] = true
	}
	byStart := slices.Clone(spans)
	slices.SortStableFunc(byStart, func(a, b heldSpan) int {
		return cmp.Compare(a.StartTimestamp(), b.StartTimestamp())
	})
	sum := &TraceSummary{
		ID:          spans[0].TraceID().String(),
		Spans:       len(spans),
		RootMissing: true,
	}
	orphan := ""
	var start, end pcommon.Timestamp // 0 is unknown
	for _, s := range byStart {
		parent := s.ParentSpanID()
		switch {
		case parent.IsEmpty() && sum.RootMissing:
			sum.Root, sum.RootMissing = s.Name(), false
		case !parent.IsEmpty() && !ids[parent]:
			if sum.Orphans++; sum.Orphans == 1 {
				orphan = s.Name()
			}
		}
		if start == 0 {
			start = s.StartTimestamp()
		}
		end = max(end, s.StartTimestamp(), s.EndTimestamp())
		sum.Error = sum.Error || s.Status().Code() == ptrace.StatusCodeError
		if !slices.Contains(sum.Services, s.from.service) {
			sum.Services = append(sum.Services, s.from.service)
		}
	}
	if sum.RootMissing {
		sum.Root = orphan
	}
	sum.Start = timeOf(start)
	if start != 0 {
		sum.Duration = end.AsTime().Sub(sum.Start)
	}
	return sum
}
