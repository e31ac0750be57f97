package room

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"net"
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
	"google.golang.org/protobuf/encoding/protowire"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

// What a backend would get of a participant who sends more than a workshop does.
func TestNothingElseIsPassedOn(t *testing.T) {
	const secret = "smuggled"
	f := &forwarded{}
	r := open(t, Options{Forward: f})
	p := crowd.NewParticipant("Ada")

	td := p.Grading("01-minimal", "fail", map[string]string{checkA: "fail"})
	spoil := func(attrs pcommon.Map) {
		for i := range 200 {
			attrs.PutStr(fmt.Sprint(secret, i), secret)
		}
		attrs.PutEmptyMap(secret).PutEmptySlice(secret).AppendEmpty().SetStr(secret)
		attrs.PutStr(wire.ID, secret)
	}
	rs := td.ResourceSpans().At(0)
	rs.SetSchemaUrl(secret)
	spoil(rs.Resource().Attributes())
	ss := rs.ScopeSpans().At(0)
	ss.SetSchemaUrl(secret)
	ss.Scope().SetVersion(secret)
	spoil(ss.Scope().Attributes())
	for _, span := range ss.Spans().All() {
		spoil(span.Attributes())
		spoil(span.Events().AppendEmpty().Attributes())
		spoil(span.Links().AppendEmpty().Attributes())
		span.TraceState().FromRaw(secret + "=1")
		span.Status().SetCode(ptrace.StatusCodeError)
		span.Status().SetMessage(secret)
	}
	for name, change := range map[string]func(ptrace.Span){
		"name":    func(s ptrace.Span) { s.SetName(secret) },
		"step":    func(s ptrace.Span) { s.Attributes().PutStr(wire.Step, secret) },
		"outcome": func(s ptrace.Span) { s.Attributes().PutStr(wire.Outcome, secret) },
		"no id":   func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{}) },
		"number":  func(s ptrace.Span) { s.Attributes().PutInt(wire.Step, 1) },
	} {
		s := ss.Spans().AppendEmpty()
		ss.Spans().At(0).CopyTo(s)
		s.SetSpanID(pcommon.SpanID{9, byte(len(name))})
		change(s)
	}
	foreign := td.ResourceSpans().AppendEmpty()
	foreign.Resource().Attributes().PutStr("service.name", secret)
	foreign.ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName(secret)
	scope := rs.ScopeSpans().AppendEmpty()
	scope.Scope().SetName(secret)
	ss.Spans().At(0).CopyTo(scope.Spans().AppendEmpty())
	status, says := sendTraces(t, p, r, td)
	require.Equal(t, http.StatusOK, status, says)

	md := p.Push(checkA, map[string]wire.State{checkA: wire.Failing, secret: wire.Failing})
	rm := md.ResourceMetrics().At(0)
	spoil(rm.Resource().Attributes())
	for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
		m.SetDescription(secret)
		m.SetUnit(secret)
		m.Metadata().PutStr(secret, secret)
		for _, d := range numbersOf(m).All() {
			spoil(d.Attributes())
			spoil(d.Exemplars().AppendEmpty().FilteredAttributes())
		}
		if m.Type() == pmetric.MetricTypeHistogram {
			spoil(m.Histogram().DataPoints().At(0).Attributes())
			spoil(m.Histogram().DataPoints().At(0).Exemplars().AppendEmpty().FilteredAttributes())
		}
	}
	for _, kind := range []func(pmetric.Metric){
		func(m pmetric.Metric) { m.SetEmptyGauge().DataPoints().AppendEmpty() },
		func(m pmetric.Metric) { m.SetEmptySum().DataPoints().AppendEmpty() },
		func(m pmetric.Metric) { m.SetEmptyHistogram().DataPoints().AppendEmpty() },
		func(m pmetric.Metric) { m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty() },
		func(m pmetric.Metric) { m.SetEmptySummary().DataPoints().AppendEmpty() },
	} {
		for _, name := range []string{secret, wire.CheckState, wire.Gradings, wire.GradingDuration} {
			m := rm.ScopeMetrics().At(0).Metrics().AppendEmpty()
			m.SetName(name)
			kind(m)
		}
	}
	status, says = sendMetrics(t, p, r, md)
	require.Equal(t, http.StatusOK, status, says)

	require.Len(t, f.traces, 1)
	require.Len(t, f.metrics, 1)
	require.NotContains(t, string(f.traces[0]), secret)
	require.NotContains(t, string(f.metrics[0]), secret)
	v := r.View()
	require.NotContains(t, fmt.Sprint(v), secret)
	require.Equal(t, 2, v.Stats.Spans)
	require.Equal(t, 5+2+1+20, v.Stats.Ignored)

	var traces ptraceotlp.ExportRequest = ptraceotlp.NewExportRequest()
	require.NoError(t, traces.UnmarshalProto(f.traces[0]))
	require.Equal(t, map[string]any{
		"service.name": wire.ServiceName, "service.version": "v1.2.3", "service.instance.id": p.Instance,
		wire.ID: p.ID(), wire.Name: "Ada",
	}, traces.Traces().ResourceSpans().At(0).Resource().Attributes().AsRaw())
	require.Equal(t, 2, traces.Traces().SpanCount())
	metrics := pmetricotlp.NewExportRequest()
	require.NoError(t, metrics.UnmarshalProto(f.metrics[0]))
	require.Equal(t, 5, metrics.Metrics().DataPointCount(), "a state, a time, hints, a count, a histogram")
}

// forwarded keeps what was offered.
type forwarded struct{ traces, metrics [][]byte }

func (f *forwarded) Offer(signal string, body []byte) {
	if signal == "traces" {
		f.traces = append(f.traces, body)
	} else {
		f.metrics = append(f.metrics, body)
	}
}

// Names are text, on one line, and short, whatever was sent.
func TestHostileNames(t *testing.T) {
	r := open(t, Options{})
	for _, name := range []string{
		strings.Repeat("x", 1<<20-4096),
		strings.Repeat("\u0301", 500_000),
		strings.Repeat("\u200b", 300_000) + "Ada",
		"<script>alert(1)</script>", "\x1b]0;title\a\x1b[2J", "a\x00b\r\nc\u2028d", "\u202eadA", "\xff\xfe\xfd", "{{.}}", "",
	} {
		p := crowd.NewParticipant(name)
		status, says := sendMetrics(t, p, r, p.Push(checkA, nil))
		require.Equal(t, http.StatusOK, status, says)
	}
	for _, p := range r.View().People {
		require.NotEmpty(t, p.Name)
		require.LessOrEqual(t, len([]rune(p.Name)), wire.MaxName)
		require.NotRegexp(t, `[\x00-\x1f\x7f\x{200b}\x{202e}\x{2028}]`, p.Name)
	}
}

// Numbers that no workshop sends are left out; the rest of the request counts.
func TestHostileNumbers(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	md := p.Push(checkA, map[string]wire.State{checkA: wire.Passing})
	metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for _, m := range metrics.All() {
		var to pmetric.NumberDataPointSlice
		switch m.Name() {
		case wire.CheckState, wire.CheckTime, wire.Hints:
			to = m.Gauge().DataPoints()
		case wire.Gradings:
			to = m.Sum().DataPoints()
		default:
			continue
		}
		for _, n := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1e300, math.MaxFloat64} {
			d := to.AppendEmpty()
			to.At(0).CopyTo(d)
			d.Attributes().PutStr(wire.Check, checkB)
			d.Attributes().PutStr(wire.Step, "02-handler-spans")
			d.SetDoubleValue(n)
		}
		for _, n := range []int64{-1, math.MinInt64, math.MaxInt64} {
			d := to.AppendEmpty()
			to.At(0).CopyTo(d)
			d.Attributes().PutStr(wire.Check, checkB)
			d.Attributes().PutStr(wire.Step, "02-handler-spans")
			d.SetIntValue(n)
		}
		again := to.AppendEmpty() // the same once more, with another value
		to.At(0).CopyTo(again)
		again.SetIntValue(0)
	}
	all, ignored := r.cleanMetrics(p.ID(), md, r.now)
	_, err := r.hear(p.ID(), all, ignored, r.now)
	require.NoError(t, err)
	ada := r.only()
	require.Equal(t, map[string]CheckView{checkA: {State: wire.Passing, Hints: 2}}, ada.Checks)
	require.Equal(t, 30*time.Second, ada.For)
	require.Zero(t, ada.Gradings)
	require.Equal(t, 4*(6+3+1), r.stats.Ignored)
}

// A histogram that no backend can draw is left out.
func TestHostileHistograms(t *testing.T) {
	for name, spoil := range map[string]func(pmetric.HistogramDataPoint){
		"fewer counts":     func(h pmetric.HistogramDataPoint) { h.BucketCounts().FromRaw([]uint64{1}) },
		"bounds that fall": func(h pmetric.HistogramDataPoint) { h.ExplicitBounds().FromRaw([]float64{4, 3, 2, 1}) },
		"a bound that is none": func(h pmetric.HistogramDataPoint) {
			h.ExplicitBounds().FromRaw([]float64{1, 2, 5, math.NaN()})
		},
		"a sum that is none":    func(h pmetric.HistogramDataPoint) { h.SetSum(math.NaN()) },
		"a negative sum":        func(h pmetric.HistogramDataPoint) { h.SetSum(-1) },
		"no sum":                func(h pmetric.HistogramDataPoint) { h.RemoveSum() },
		"another count":         func(h pmetric.HistogramDataPoint) { h.SetCount(math.MaxUint64) },
		"counts that overflow":  func(h pmetric.HistogramDataPoint) { h.BucketCounts().FromRaw([]uint64{1 << 63, 1 << 63, 0, 0, 0}) },
		"many bounds":           func(h pmetric.HistogramDataPoint) { many(h, 1000) },
		"as many as are usable": nil,
	} {
		t.Run(name, func(t *testing.T) {
			p := crowd.NewParticipant("Ada")
			md := p.Push("", nil)
			for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				if m.Type() == pmetric.MetricTypeHistogram {
					if spoil == nil {
						many(m.Histogram().DataPoints().At(0), mostBounds)
					} else {
						spoil(m.Histogram().DataPoints().At(0))
					}
				}
			}
			all, _ := newSyllabus(steps(1)).cleanMetrics(p.ID(), md, time.Now())
			has := false
			for _, m := range all[0].metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				has = has || m.Name() == wire.GradingDuration
			}
			require.Equal(t, spoil == nil, has)
		})
	}
}

func many(h pmetric.HistogramDataPoint, bounds int) {
	raw := make([]float64, bounds)
	for i := range raw {
		raw[i] = float64(i)
	}
	h.ExplicitBounds().FromRaw(raw)
	h.BucketCounts().FromRaw(make([]uint64, bounds+1))
	h.SetCount(0)
}

// A clock that is years away is put right by the room's; one that is right, and
// what waited for an hour, is left alone.
func TestClocks(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	year := func(y int) func() time.Time {
		return func() time.Time { return time.Date(y, 3, 4, 5, 6, 7, 0, time.UTC) }
	}
	for name, tt := range map[string]struct {
		clock func() time.Time
		kept  bool
	}{
		"year 1":     {year(1), false},
		"1970":       {func() time.Time { return time.Unix(0, 0) }, false},
		"2262":       {func() time.Time { return time.Unix(0, math.MaxInt64) }, false},
		"year 9999":  {year(9999), false},
		"last year":  {year(2025), false},
		"right":      {func() time.Time { return now }, true},
		"fast":       {func() time.Time { return now.Add(time.Minute) }, true},
		"waited":     {func() time.Time { return now.Add(-time.Hour) }, true},
		"2 h ahead":  {func() time.Time { return now.Add(2 * time.Hour) }, false},
		"before all": {func() time.Time { return time.Unix(0, math.MinInt64) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSyllabus(steps(1))
			p := crowd.NewParticipant("Ada")
			p.Now = tt.clock
			p.Began = tt.clock().Add(-time.Hour)
			all, _ := s.cleanTraces(p.ID(), p.Grading("01-minimal", "fail", nil), now)
			span := all[0].traces.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
			want := now
			if tt.kept {
				want = tt.clock()
			}
			require.WithinDuration(t, want, span.EndTimestamp().AsTime(), time.Second)
			took := span.EndTimestamp().AsTime().Sub(span.StartTimestamp().AsTime())
			require.GreaterOrEqual(t, took, time.Duration(0))
			require.LessOrEqual(t, took, mostDuration)
			require.Equal(t, took, all[0].spans[0].duration)

			all, _ = s.cleanMetrics(p.ID(), p.Push(checkA, map[string]wire.State{checkA: wire.Failing}), now)
			for _, m := range all[0].metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				for _, d := range numbersOf(m).All() {
					require.WithinDuration(t, want, d.Timestamp().AsTime(), time.Second)
					require.LessOrEqual(t, d.StartTimestamp(), d.Timestamp())
				}
			}
		})
	}
}

// Bodies that would take much are refused, and cost little.
func TestHostileBodies(t *testing.T) {
	r := open(t, Options{})
	within := func(body []byte, fields ...protowire.Number) []byte {
		for _, f := range fields {
			body = protowire.AppendBytes(protowire.AppendTag(nil, f, protowire.BytesType), body)
		}
		return body
	}
	deep := []byte{}
	for range 5000 { // a list in a list in a list
		deep = within(deep, 1, 5)
	}
	bomb := zeros(t, 64<<20)
	for name, tt := range map[string]struct {
		body   []byte
		zipped bool
		status int
	}{
		"nothing":          {nil, false, 200},
		"no protobuf":      {[]byte("hello"), false, 400},
		"deep":             {within(deep, 2, 9, 2, 2, 1), false, 400},
		"empty spans":      {within(bytes.Repeat([]byte{0x12, 0}, 400_000), 2, 1), false, 413},
		"empty attributes": {within(bytes.Repeat([]byte{0x4a, 0}, 400_000), 2, 2, 1), false, 413},
		"too long":         {make([]byte, wire.MaxBody+1), false, 413},
		"a bomb":           {bomb, true, 413},
		"no gzip":          {[]byte("hello"), true, 400},
	} {
		t.Run(name, func(t *testing.T) {
			require.LessOrEqual(t, len(tt.body), wire.MaxBody+1)
			p := crowd.NewParticipant("x")
			req, err := http.NewRequest(http.MethodPost, address(r)+"/v1/traces", bytes.NewReader(tt.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/x-protobuf")
			req.Header.Set(wire.CredentialHeader, string(p.Credential))
			if tt.zipped {
				req.Header.Set("Content-Encoding", "gzip")
			}
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			says, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, tt.status, resp.StatusCode, string(says))
		})
	}
	require.Empty(t, r.View().People)
	require.Equal(t, map[string]int{"malformed": 3, "too large": 4}, r.View().Stats.Refused)
}

func zeros(t *testing.T, n int64) []byte {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, err := io.CopyN(zw, zero{}, n)
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	return b.Bytes()
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Whoever guesses tokens is soon refused; who has the right one is not, though
// they come from the same address.
func TestWrongTokens(t *testing.T) {
	r := open(t, Options{})
	p := crowd.NewParticipant("Ada")
	codes := map[int]int{}
	for range 100 {
		status, _, err := p.Post(http.DefaultClient, r.Invite()[0].Base+"/"+wire.NewToken(), "traces", nil, false)
		require.NoError(t, err)
		codes[status]++
	}
	require.Greater(t, codes[http.StatusTooManyRequests], 50)
	require.Equal(t, 100, codes[http.StatusNotFound]+codes[http.StatusTooManyRequests])
	status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, http.StatusOK, status)
	for _, path := range []string{"", "/", "/favicon.ico", "/..//", "/%2e%2e/", "/" + strings.Repeat("a", 4096)} {
		resp, err := http.Get(r.Invite()[0].Base + path)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Contains(t, []int{404, 429}, resp.StatusCode, path)
	}
}

// With 2,000 credentials nobody fills more than the room, and it can be looked at.
func TestManyCredentials(t *testing.T) {
	r := tell(t)
	in, refused := 0, 0
	for range 2000 {
		p := r.participant("p")
		err := r.admit(p.ID(), r.now)
		if err == nil {
			all, ignored := r.cleanMetrics(p.ID(), p.Push(checkA, map[string]wire.State{checkA: wire.Failing}), r.now)
			_, err = r.hear(p.ID(), all, ignored, r.now)
		}
		if err != nil {
			refused++
		} else {
			in++
		}
	}
	require.Equal(t, wire.MaxPeople, in)
	require.Equal(t, 2000-wire.MaxPeople, refused)
	v := r.view(r.now)
	require.Len(t, v.People, wire.MaxPeople)
	require.Equal(t, wire.MaxPeople, len(v.Holds[0].People))
	require.Equal(t, refused, v.Stats.Refused[isFull])
}

// Who opens connections and says nothing, or half a request, keeps nobody out.
func TestManyConnections(t *testing.T) {
	o, many := Options{}, *manyConnections
	if many == 0 {
		o.connections, many = 200, 500
	}
	r := open(t, o)
	p := crowd.NewParticipant("Ada")
	status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, http.StatusOK, status)
	addr := strings.TrimPrefix(r.Invite()[0].Base, "http://")
	var held []net.Conn
	defer func() {
		for _, c := range held {
			_ = c.Close() // most have been cut off
		}
	}()
	for i := range many {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		held = append(held, c)
		if i%2 == 0 {
			_, _ = io.WriteString(c, "POST /"+r.Invite()[0].Token+"/v1/traces HTTP/1.1\r\nHost: x\r\nX: ") // it may be cut off already
		}
		if i%100 == 0 {
			status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
			require.Equal(t, http.StatusOK, status)
		}
	}
	other := crowd.NewParticipant("Grace")
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	status, says, err := other.SendMetrics(client, address(r), other.Push(checkA, nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, says)
	require.Len(t, r.View().People, 2)
}
