package room

import (
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

// clean holds what is passed on against what package wire has.
type cleanText struct {
	t *testing.T
	*syllabus
}

func (c cleanText) resource(res pcommon.Resource) {
	for key, v := range res.Attributes().All() {
		switch key {
		case "service.name":
			require.Equal(c.t, wire.ServiceName, v.Str())
		case "service.version":
			require.Regexp(c.t, saneVersion, v.Str())
		case "service.instance.id":
			require.Regexp(c.t, saneInstance, v.Str())
		case wire.ID:
			require.Equal(c.t, "me", v.Str())
		case wire.Name:
			require.NotEmpty(c.t, v.Str())
			require.LessOrEqual(c.t, utf8.RuneCountInString(v.Str()), wire.MaxName)
			require.Equal(c.t, v.Str(), wire.CleanName(v.Str()))
		default:
			c.t.Errorf("%s of a resource is passed on", key)
		}
	}
}

func (c cleanText) attributes(attrs pcommon.Map) {
	for key, v := range attrs.All() {
		switch key {
		case wire.Step:
			require.True(c.t, c.hasStep(v.Str()))
		case wire.Check:
			require.True(c.t, c.hasCheck(v.Str()))
		case wire.Outcome:
			require.True(c.t, isOutcome(v.Str()) || verdicts[v.Str()])
		case wire.Further:
			require.Equal(c.t, pcommon.ValueTypeBool, v.Type())
		default:
			c.t.Errorf("the attribute %s is passed on", key)
		}
	}
}

func FuzzTraces(f *testing.F) {
	p := crowd.NewParticipant("Ada")
	for _, td := range []ptrace.Traces{
		p.Grading("01-minimal", "fail", map[string]string{checkA: "fail", checkB: "blocked", "x": "y"}), p.Leaving(),
	} {
		body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
		require.NoError(f, err)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req := ptraceotlp.NewExportRequest()
		if len(body) > 1<<16 || req.UnmarshalProto(body) != nil {
			return
		}
		now := time.Now()
		s := newStore(newSyllabus(steps(4)), DefaultPatience)
		before := req.Traces().SpanCount()
		all, ignored := s.cleanTraces("me", req.Traces(), now)
		c := cleanText{t, s.syllabus}
		seen := ignored
		for _, one := range all {
			seen += one.kept + one.ignored
			require.Equal(t, one.kept, one.traces.SpanCount())
			for _, rs := range one.traces.ResourceSpans().All() {
				c.resource(rs.Resource())
				for _, span := range rs.ScopeSpans().At(0).Spans().All() {
					c.attributes(span.Attributes())
					require.LessOrEqual(t, len(span.Name()), wire.MaxKey)
					require.LessOrEqual(t, span.StartTimestamp(), span.EndTimestamp())
					require.Less(t, span.EndTimestamp().AsTime().Sub(now), late+time.Second)
				}
			}
		}
		require.Equal(t, before, seen)
		hearAll(t, s, all, ignored, now)
	})
}

func FuzzMetrics(f *testing.F) {
	p := crowd.NewParticipant("Ada")
	for _, md := range []pmetric.Metrics{
		p.Push(checkA, map[string]wire.State{checkA: wire.Failing, checkB: wire.Blocked, "x": 7}), p.Push("", nil),
	} {
		body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
		require.NoError(f, err)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req := pmetricotlp.NewExportRequest()
		if len(body) > 1<<16 || req.UnmarshalProto(body) != nil {
			return
		}
		now := time.Now()
		s := newStore(newSyllabus(steps(4)), DefaultPatience)
		before := req.Metrics().DataPointCount()
		all, ignored := s.cleanMetrics("me", req.Metrics(), now)
		c := cleanText{t, s.syllabus}
		seen := ignored
		for _, one := range all {
			seen += one.kept + one.ignored
			require.Equal(t, one.kept, one.metrics.DataPointCount())
			for _, rm := range one.metrics.ResourceMetrics().All() {
				c.resource(rm.Resource())
				for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
					for _, d := range numbersOf(m).All() {
						c.attributes(d.Attributes())
						require.LessOrEqual(t, d.StartTimestamp(), d.Timestamp())
						n, ok := number(d, mostDropped)
						require.True(t, ok, "%v", n)
					}
				}
			}
		}
		require.Equal(t, before, seen)
		hearAll(t, s, all, ignored, now)
	})
}

// hearAll lets the room hear it, and looks at the room.
func hearAll(t *testing.T, s *store, all []said, ignored int, now time.Time) {
	_, _ = s.hear("me", all, ignored, now) // it may be refused
	v := s.view(now)
	require.LessOrEqual(t, len(v.People), 1)
	for _, p := range v.People {
		require.NotEmpty(t, p.Name)
		require.GreaterOrEqual(t, p.For, time.Duration(0), fmt.Sprint(p))
		require.GreaterOrEqual(t, p.Gradings, 0)
		require.LessOrEqual(t, len(p.Checks), 8)
	}
}
