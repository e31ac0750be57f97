// Package crowd is participants who are not there: they tell a room what
// workshops do, or worse, for its tests.
package crowd

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/room/wire"
)

// A Participant is one workshop. One goroutine uses it.
type Participant struct {
	Credential wire.Credential
	Name       string
	Instance   string           // of the workshop
	Began      time.Time        // by its clock
	Now        func() time.Time // which this is
	Graded     int              // gradings until now
}

// NewParticipant makes one who has just begun.
func NewParticipant(name string) *Participant {
	return &Participant{wire.NewCredential(), name, rand.Text(), time.Now(), time.Now, 0}
}

// ID returns whom the room takes them for.
func (p *Participant) ID() string { return p.Credential.ID() }

func (p *Participant) describe(res pcommon.Resource) {
	res.Attributes().PutStr("service.name", wire.ServiceName)
	res.Attributes().PutStr("service.version", "v1.2.3")
	res.Attributes().PutStr("service.instance.id", p.Instance)
	res.Attributes().PutStr(wire.Name, p.Name)
}

// Grading is a trace of one grading, with a span for each outcome.
func (p *Participant) Grading(step, verdict string, outcomes map[string]string) ptrace.Traces {
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
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(p.Now().Add(-2 * time.Second)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(p.Now()))
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
	p.Graded++
	return td
}

// Leaving is the trace of who leaves.
func (p *Participant) Leaving() ptrace.Traces {
	td := p.Grading("01-minimal", "pass", nil)
	p.Graded--
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetName(wire.Leave)
	span.Attributes().Clear()
	return td
}

// Push is the metrics of somebody who is at a check, or at none, with how each
// check stands.
func (p *Participant) Push(at string, states map[string]wire.State) pmetric.Metrics {
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
		d.SetStartTimestamp(pcommon.NewTimestampFromTime(p.Began))
		d.SetTimestamp(pcommon.NewTimestampFromTime(p.Now()))
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
	d.SetIntValue(int64(p.Graded))
	durations := metric(wire.GradingDuration, "s").SetEmptyHistogram()
	durations.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	h := durations.DataPoints().AppendEmpty()
	h.SetStartTimestamp(pcommon.NewTimestampFromTime(p.Began))
	h.SetTimestamp(pcommon.NewTimestampFromTime(p.Now()))
	h.Attributes().PutStr(wire.Step, "01-minimal")
	h.Attributes().PutStr(wire.Outcome, "fail")
	h.ExplicitBounds().FromRaw([]float64{1, 2, 5, 10})
	h.BucketCounts().FromRaw([]uint64{0, 0, uint64(p.Graded), 0, 0})
	h.SetCount(uint64(p.Graded))
	h.SetSum(3 * float64(p.Graded))
	return md
}

// Post sends a body to a room's address, and returns the status of the answer and what it says.
func (p *Participant) Post(client *http.Client, address, signal string, body []byte, zipped bool) (status int, says string, err error) {
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
	req.Header.Set(wire.CredentialHeader, string(p.Credential))
	if zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// SendTraces sends what a Grading is, as protobuf.
func (p *Participant) SendTraces(client *http.Client, address string, td ptrace.Traces) (status int, says string, err error) {
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	if err != nil {
		return 0, "", err
	}
	return p.Post(client, address, "traces", body, true)
}

// SendMetrics sends what a Push is.
func (p *Participant) SendMetrics(client *http.Client, address string, md pmetric.Metrics) (status int, says string, err error) {
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	if err != nil {
		return 0, "", err
	}
	return p.Post(client, address, "metrics", body, true)
}
