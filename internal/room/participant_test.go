package room

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/wire"
)

// steps is a syllabus of two steps with so many checks each.
func steps(checks int) []lesson.Step {
	var all []lesson.Step
	for i, name := range []string{"01-minimal", "02-handler-spans"} {
		s := lesson.Step{Number: i + 1, Name: name}
		for n := range checks {
			s.Checks = append(s.Checks, lesson.Check{Step: name, ID: "check-" + string(rune('a'+n%26)) + string(rune('a'+n/26)), Further: n%4 == 3})
		}
		all = append(all, s)
	}
	return all
}

// A participant sends what a workshop sends, or worse.
type participant struct {
	credential wire.Credential
	name       string
	instance   string
	began      time.Time
	now        func() time.Time
	graded     int
}

func newParticipant(name string) *participant {
	return &participant{wire.NewCredential(), name, rand.Text(), time.Now(), time.Now, 0}
}

func (p *participant) id() string { return p.credential.ID() }

func (p *participant) describe(res pcommon.Resource) {
	res.Attributes().PutStr("service.name", wire.ServiceName)
	res.Attributes().PutStr("service.version", "v1.2.3")
	res.Attributes().PutStr("service.instance.id", p.instance)
	res.Attributes().PutStr(wire.Name, p.name)
}

// grading is a trace of one grading, with a span for each outcome.
func (p *participant) grading(step, verdict string, outcomes map[string]string) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	p.describe(rs.Resource())
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(wire.Scope)
	var trace pcommon.TraceID
	_, _ = rand.Read(trace[:])
	n := uint64(0)
	span := func(name string) ptrace.Span {
		s := ss.Spans().AppendEmpty()
		n++
		var id pcommon.SpanID
		binary.BigEndian.PutUint64(id[:], n)
		s.SetName(name)
		s.SetTraceID(trace)
		s.SetSpanID(id)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(p.now().Add(-2 * time.Second)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(p.now()))
		return s
	}
	root := span(wire.Grading + " " + step)
	root.Attributes().PutStr(wire.Step, step)
	root.Attributes().PutStr(wire.Outcome, verdict)
	for check, outcome := range outcomes {
		s := span(wire.CheckSpan + " " + check[strings.IndexByte(check, '/')+1:])
		s.SetParentSpanID(root.SpanID())
		s.Attributes().PutStr(wire.Check, check)
		s.Attributes().PutStr(wire.Outcome, outcome)
		s.Attributes().PutBool(wire.Further, false)
	}
	p.graded++
	return td
}

// leaving is the trace of who leaves.
func (p *participant) leaving() ptrace.Traces {
	td := p.grading("01-minimal", "pass", nil)
	p.graded--
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetName(wire.Leave)
	span.Attributes().Clear()
	return td
}

// push is what a workshop's metrics are.
func (p *participant) push(at string, states map[string]wire.State) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	p.describe(rm.Resource())
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(wire.Scope)
	metric := func(name, unit string) pmetric.Metric {
		m := sm.Metrics().AppendEmpty()
		m.SetName(name)
		m.SetUnit(unit)
		return m
	}
	point := func(to pmetric.NumberDataPointSlice) pmetric.NumberDataPoint {
		d := to.AppendEmpty()
		d.SetStartTimestamp(pcommon.NewTimestampFromTime(p.began))
		d.SetTimestamp(pcommon.NewTimestampFromTime(p.now()))
		return d
	}
	gauge := metric(wire.CheckState, "1").SetEmptyGauge().DataPoints()
	for check, state := range states {
		d := point(gauge)
		d.Attributes().PutStr(wire.Check, check)
		d.Attributes().PutBool(wire.Further, false)
		d.SetIntValue(int64(state))
	}
	times := metric(wire.CheckTime, "s").SetEmptyGauge().DataPoints()
	if at != "" {
		d := point(times)
		d.Attributes().PutStr(wire.Check, at)
		d.SetDoubleValue(30)
		d = point(metric(wire.Hints, "{hint}").SetEmptyGauge().DataPoints())
		d.Attributes().PutStr(wire.Check, at)
		d.SetIntValue(2)
	}
	sum := metric(wire.Gradings, "{grading}").SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	d := point(sum.DataPoints())
	d.Attributes().PutStr(wire.Step, "01-minimal")
	d.Attributes().PutStr(wire.Outcome, "fail")
	d.SetIntValue(int64(p.graded))
	durations := metric(wire.GradingDuration, "s").SetEmptyHistogram()
	durations.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	h := durations.DataPoints().AppendEmpty()
	h.SetStartTimestamp(pcommon.NewTimestampFromTime(p.began))
	h.SetTimestamp(pcommon.NewTimestampFromTime(p.now()))
	h.Attributes().PutStr(wire.Step, "01-minimal")
	h.Attributes().PutStr(wire.Outcome, "fail")
	h.ExplicitBounds().FromRaw([]float64{1, 2, 5, 10})
	h.BucketCounts().FromRaw([]uint64{0, 0, uint64(p.graded), 0, 0})
	h.SetCount(uint64(p.graded))
	h.SetSum(3 * float64(p.graded))
	return md
}

// post sends a body, and returns the status of the answer and what it says.
func (p *participant) post(client *http.Client, address, signal string, body []byte, zipped bool) (int, string, error) {
	if zipped {
		var b bytes.Buffer
		zw := gzip.NewWriter(&b)
		_, _ = zw.Write(body) // never fails
		_ = zw.Close()
		body = b.Bytes()
	}
	req, err := http.NewRequest(http.MethodPost, address+"/v1/"+signal, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set(wire.CredentialHeader, string(p.credential))
	if zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	says, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(says), err
}

func (p *participant) sendTraces(t testing.TB, r *Room, td ptrace.Traces) (int, string) {
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	return p.send(t, r, "traces", body)
}

func (p *participant) sendMetrics(t testing.TB, r *Room, md pmetric.Metrics) (int, string) {
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	require.NoError(t, err)
	return p.send(t, r, "metrics", body)
}

func (p *participant) send(t testing.TB, r *Room, signal string, body []byte) (int, string) {
	status, says, err := p.post(http.DefaultClient, address(r), signal, body, false)
	require.NoError(t, err)
	return status, says
}

// address is where a room is reached on this machine.
func address(r *Room) string { return r.Invite()[0].String() }

// open opens a room of this machine alone.
func open(t testing.TB, o Options) *Room {
	if o.Steps == nil {
		o.Steps = steps(4)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	r, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close(t.Context()) })
	return r
}
