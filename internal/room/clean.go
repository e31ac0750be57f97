package room

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"otel.workshop/internal/room/wire"
)

// A sender is who a resource says it is, as far as that can be believed.
type sender struct {
	id       string // by the credential: the only part that is known
	name     string // clean, and never ""
	instance string // of their workshop
	version  string // of it, or ""
}

// A said is what is left of one resource of a request when everything has been
// dropped that package wire does not name.
type said struct {
	sender
	traces  ptrace.Traces   // what is passed on: made anew, out of names that are known
	metrics pmetric.Metrics // of the two, only one is there

	kept, ignored int // spans or points

	spans    []heardSpan
	readings readings
	shape    uint64 // of what could multiply the series of a backend: see member.mayVary
}

// A heardSpan is one span that was kept.
type heardSpan struct {
	hash        uint64 // of its ids
	kind        string // wire.Grading, wire.CheckSpan or wire.Leave
	step, check string
	outcome     string
	duration    time.Duration
}

// How much of one request is looked at: workshops send less.
const (
	mostResources = 4
	mostSpans     = 1000 // of one resource
)

// What a workshop calls itself and its process, to be passed on.
var (
	saneVersion  = regexp.MustCompile(`^[0-9A-Za-z.+_-]{1,40}$`)
	saneInstance = regexp.MustCompile(`^[0-9A-Za-z._:-]{1,` + strconv.Itoa(wire.MaxKey) + `}$`)
)

// whoIs reads a resource. It reports false when that is no workshop's.
func whoIs(id string, res pcommon.Resource) (sender, bool) {
	attrs := res.Attributes()
	if text(attrs, "service.name") != wire.ServiceName {
		return sender{}, false
	}
	s := sender{id: id, name: nameOr(text(attrs, wire.Name), id)}
	if i := text(attrs, "service.instance.id"); saneInstance.MatchString(i) {
		s.instance = i
	}
	if v := text(attrs, "service.version"); saneVersion.MatchString(v) {
		s.version = v
	}
	return s, true
}

// nameOr returns a name as it is shown, and another one for who has none.
func nameOr(name, id string) string {
	const most = 4 << 10 // bytes that are looked at
	if name = wire.CleanName(name[:min(len(name), most)]); name != "" {
		return name
	}
	return "guest " + digits(id)
}

// digits returns four decimal digits of a member's id.
func digits(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return strconv.Itoa(1000 + int(h.Sum32()%9000))
}

// describe writes who it is into a resource of what is passed on.
func (s sender) describe(res pcommon.Resource) {
	attrs := res.Attributes()
	attrs.PutStr("service.name", wire.ServiceName)
	if s.version != "" {
		attrs.PutStr("service.version", s.version)
	}
	if s.instance != "" {
		attrs.PutStr("service.instance.id", s.instance)
	}
	attrs.PutStr(wire.ID, s.id)
	attrs.PutStr(wire.Name, s.name)
}

// varies hashes what a sender may choose, together with more of it.
func (s sender) varies(more ...string) uint64 {
	h := fnv.New64a()
	for _, part := range append([]string{s.name, s.instance, s.version}, more...) {
		_, _ = h.Write([]byte(part)) // never fails
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

func text(attrs pcommon.Map, key string) string {
	if v, ok := attrs.Get(key); ok && v.Type() == pcommon.ValueTypeStr {
		return v.Str()
	}
	return ""
}

// A clock turns a sender's times into the room's. Those of a clock that is right,
// and of what was kept for a while, stay as they are.
type clock struct {
	now   time.Time
	shift int64 // nanoseconds to add
}

const (
	mostDuration = time.Hour // of a grading

	early = 24 * time.Hour  // that something may have waited to be sent
	late  = 5 * time.Minute // that a clock may be fast
)

// clockFor returns the clock of a sender whose latest time is given.
func clockFor(now time.Time, latest pcommon.Timestamp) clock {
	c := clock{now: now}
	if t := uint64(latest); t < uint64(now.Add(-early).UnixNano()) || t > uint64(now.Add(late).UnixNano()) {
		c.shift = now.UnixNano() - int64(t) // wraps where t is beyond int64: so does adding it
	}
	return c
}

// span returns when something began and ended by the room's clock. It lasted no
// longer than most.
func (c clock) span(start, end pcommon.Timestamp, most time.Duration) (from, to pcommon.Timestamp) {
	to = c.at(end)
	if start > end {
		return to, to
	}
	return to - min(end-start, pcommon.Timestamp(most)), to
}

// at returns a time by the room's clock: now, for one that cannot be.
func (c clock) at(t pcommon.Timestamp) pcommon.Timestamp {
	t += pcommon.Timestamp(c.shift)
	if t < pcommon.NewTimestampFromTime(c.now.Add(-2*early)) || t > pcommon.NewTimestampFromTime(c.now.Add(late)) {
		return pcommon.NewTimestampFromTime(c.now)
	}
	return t
}

// cleanTraces returns what is left of a request: a said for each resource that
// is a workshop's. Of the others it counts the spans.
func (s *syllabus) cleanTraces(id string, td ptrace.Traces, now time.Time) (all []said, ignored int) {
	for _, rs := range td.ResourceSpans().All() {
		who, ok := whoIs(id, rs.Resource())
		if !ok || len(all) == mostResources {
			for _, ss := range rs.ScopeSpans().All() {
				ignored += ss.Spans().Len()
			}
			continue
		}
		one := said{sender: who, traces: ptrace.NewTraces(), shape: who.varies()}
		to := one.traces.ResourceSpans().AppendEmpty()
		who.describe(to.Resource())
		scope := to.ScopeSpans().AppendEmpty()
		scope.Scope().SetName(wire.Scope)
		for _, ss := range rs.ScopeSpans().All() {
			if ss.Scope().Name() != wire.Scope {
				one.ignored += ss.Spans().Len()
				continue
			}
			var latest pcommon.Timestamp
			for _, span := range ss.Spans().All() {
				latest = max(latest, span.EndTimestamp())
			}
			c := clockFor(now, latest)
			for _, span := range ss.Spans().All() {
				if one.kept == mostSpans {
					one.ignored++
					continue
				}
				heard, ok := s.cleanSpan(span, scope.Spans(), c)
				if !ok {
					one.ignored++
					continue
				}
				one.kept++
				one.spans = append(one.spans, heard)
			}
		}
		all = append(all, one)
	}
	return all, ignored
}

// cleanSpan appends a clean copy of a span, if it is one of a workshop's.
func (s *syllabus) cleanSpan(in ptrace.Span, out ptrace.SpanSlice, c clock) (heardSpan, bool) {
	attrs := in.Attributes()
	h := heardSpan{outcome: text(attrs, wire.Outcome)}
	name := in.Name()
	switch step, check := text(attrs, wire.Step), text(attrs, wire.Check); {
	case name == wire.Leave:
		h = heardSpan{kind: wire.Leave}
	case s.hasStep(step) && name == wire.Grading+" "+step && verdicts[h.outcome]:
		h.kind, h.step = wire.Grading, step
	case s.hasCheck(check) && name == wire.CheckSpan+" "+s.checks[check].ID && isOutcome(h.outcome):
		h.kind, h.check = wire.CheckSpan, check
	default:
		return h, false
	}
	if in.TraceID().IsEmpty() || in.SpanID().IsEmpty() {
		return h, false
	}
	h.hash = hashOf(in.TraceID(), in.SpanID())

	span := out.AppendEmpty()
	span.SetName(name)
	span.SetKind(ptrace.SpanKindInternal)
	span.SetTraceID(in.TraceID())
	span.SetSpanID(in.SpanID())
	start, end := c.span(in.StartTimestamp(), in.EndTimestamp(), mostDuration)
	span.SetStartTimestamp(start)
	span.SetEndTimestamp(end)
	h.duration = time.Duration(end - start)
	if h.kind == wire.Leave {
		return h, true
	}
	if code := in.Status().Code(); code == ptrace.StatusCodeError || code == ptrace.StatusCodeOk {
		span.Status().SetCode(code)
	}
	span.Attributes().PutStr(wire.Outcome, h.outcome)
	if h.kind == wire.Grading {
		span.Attributes().PutStr(wire.Step, h.step)
		return h, true
	}
	span.SetParentSpanID(in.ParentSpanID())
	span.Attributes().PutStr(wire.Check, h.check)
	span.Attributes().PutBool(wire.Further, s.checks[h.check].Further)
	return h, true
}

func isOutcome(word string) bool { _, ok := outcomes[word]; return ok }

func hashOf(trace pcommon.TraceID, span pcommon.SpanID) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(slices.Concat(trace[:], span[:])) // never fails
	return h.Sum64()
}
