package room

import (
	"fmt"
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/room/wire"
)

// A metricCleaner takes the metrics of one resource.
type metricCleaner struct {
	*syllabus
	clock    clock
	readings readings
	bounds   string          // of the histograms
	seen     map[string]bool // metrics with their attributes: each point is taken once

	kept, ignored int
}

// clean appends what is left of a metric.
func (c *metricCleaner) clean(in pmetric.Metric, out pmetric.MetricSlice) {
	before := c.kept
	var take func(pmetric.NumberDataPoint, pmetric.NumberDataPointSlice) bool
	unit := ""
	switch in.Name() {
	case wire.CheckState:
		take, unit = c.state, "1"
	case wire.CheckTime:
		take, unit = c.time, "s"
	case wire.Hints:
		take, unit = c.hint, "{hint}"
	case wire.Gradings:
		take, unit = c.grading, "{grading}"
	case wire.Dropped:
		take, unit = c.dropped, "{item}"
	case wire.GradingDuration:
		c.durations(in, out)
		return
	}
	isCount := in.Name() == wire.Gradings || in.Name() == wire.Dropped
	switch {
	case take == nil,
		isCount && (in.Type() != pmetric.MetricTypeSum || !in.Sum().IsMonotonic() || in.Sum().AggregationTemporality() != pmetric.AggregationTemporalityCumulative),
		!isCount && in.Type() != pmetric.MetricTypeGauge:
		c.ignored += points(in)
		return
	}
	m := pmetric.NewMetric()
	m.SetName(in.Name())
	m.SetUnit(unit)
	var to pmetric.NumberDataPointSlice
	if isCount {
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		to = sum.DataPoints()
	} else {
		to = m.SetEmptyGauge().DataPoints()
	}
	for _, p := range numbersOf(in).All() {
		if !take(p, to) {
			c.ignored++
			continue
		}
		c.kept++
		c.readings.at = max(c.readings.at, p.Timestamp())
	}
	if c.kept > before {
		m.MoveTo(out.AppendEmpty())
	}
}

// first reports whether a point is the first of its metric with these attributes.
func (c *metricCleaner) first(parts ...string) bool {
	key := ""
	for _, p := range parts {
		key += p + "\x00"
	}
	if c.seen[key] {
		return false
	}
	c.seen[key] = true
	return true
}

// point appends one by the room's clock.
func (c *metricCleaner) point(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) pmetric.NumberDataPoint {
	p := out.AppendEmpty()
	start, at := c.clock.span(in.StartTimestamp(), in.Timestamp(), mostTime)
	p.SetTimestamp(at)
	if in.StartTimestamp() != 0 {
		p.SetStartTimestamp(start)
	}
	return p
}

// check returns the check that a point is about.
func (c *metricCleaner) check(metric string, in pmetric.NumberDataPoint) (key string, ok bool) {
	key = text(in.Attributes(), wire.Check)
	return key, c.hasCheck(key) && c.first(metric, key)
}

func (c *metricCleaner) state(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) bool {
	n, ok := number(in, float64(wire.NotJudged))
	if !ok || n != math.Trunc(n) {
		return false
	}
	key, ok := c.check(wire.CheckState, in)
	if !ok {
		return false
	}
	c.readings.states[key] = wire.State(n)
	p := c.point(in, out)
	p.SetIntValue(int64(n))
	p.Attributes().PutStr(wire.Check, key)
	p.Attributes().PutBool(wire.Further, c.checks[key].Further)
	return true
}

func (c *metricCleaner) time(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) bool {
	n, ok := number(in, mostTime.Seconds())
	if !ok {
		return false
	}
	key, ok := c.check(wire.CheckTime, in)
	if !ok {
		return false
	}
	c.readings.times[key] = time.Duration(n * float64(time.Second))
	p := c.point(in, out)
	p.SetDoubleValue(n)
	p.Attributes().PutStr(wire.Check, key)
	return true
}

func (c *metricCleaner) hint(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) bool {
	n, ok := number(in, mostHints)
	if !ok {
		return false
	}
	key, ok := c.check(wire.Hints, in)
	if !ok {
		return false
	}
	c.readings.hints[key] = int(n)
	p := c.point(in, out)
	p.SetIntValue(int64(n))
	p.Attributes().PutStr(wire.Check, key)
	return true
}

func (c *metricCleaner) grading(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) bool {
	n, ok := number(in, mostGradings)
	step, outcome := text(in.Attributes(), wire.Step), text(in.Attributes(), wire.Outcome)
	if !ok || !c.hasStep(step) || !verdicts[outcome] || !c.first(wire.Gradings, step, outcome) {
		return false
	}
	c.readings.gradings.add(int(n), in)
	p := c.point(in, out)
	p.SetIntValue(int64(n))
	p.Attributes().PutStr(wire.Step, step)
	p.Attributes().PutStr(wire.Outcome, outcome)
	return true
}

func (c *metricCleaner) dropped(in pmetric.NumberDataPoint, out pmetric.NumberDataPointSlice) bool {
	n, ok := number(in, mostDropped)
	if !ok || !c.first(wire.Dropped) {
		return false
	}
	c.readings.dropped.add(int(n), in)
	c.point(in, out).SetIntValue(int64(n))
	return true
}

func (t *count) add(n int, in pmetric.NumberDataPoint) {
	t.Total += n
	t.Since = max(t.Since, in.StartTimestamp(), 1)
}

// number returns a point's value if it lies between 0 and most.
func number(p pmetric.NumberDataPoint, most float64) (float64, bool) {
	var n float64
	switch p.ValueType() {
	case pmetric.NumberDataPointValueTypeInt:
		n = float64(p.IntValue())
	case pmetric.NumberDataPointValueTypeDouble:
		n = p.DoubleValue()
	default:
		return 0, false
	}
	return n, n >= 0 && n <= most // false for NaN
}

// durations appends what is left of a histogram. It is passed on, and not read:
// the spans say more.
func (c *metricCleaner) durations(in pmetric.Metric, out pmetric.MetricSlice) {
	if in.Type() != pmetric.MetricTypeHistogram || in.Histogram().AggregationTemporality() != pmetric.AggregationTemporalityCumulative {
		c.ignored += points(in)
		return
	}
	m := pmetric.NewMetric()
	m.SetName(wire.GradingDuration)
	m.SetUnit("s")
	to := m.SetEmptyHistogram()
	to.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for _, p := range in.Histogram().DataPoints().All() {
		step, outcome := text(p.Attributes(), wire.Step), text(p.Attributes(), wire.Outcome)
		if !c.hasStep(step) || !verdicts[outcome] || !isHistogram(p) || !c.first(wire.GradingDuration, step, outcome) {
			c.ignored++
			continue
		}
		c.kept++
		if bounds := fmt.Sprint(p.ExplicitBounds().AsRaw()); !strings.Contains(c.bounds, bounds) {
			c.bounds += bounds
		}
		q := to.DataPoints().AppendEmpty()
		start, at := c.clock.span(p.StartTimestamp(), p.Timestamp(), mostTime)
		q.SetStartTimestamp(start)
		q.SetTimestamp(at)
		q.SetCount(p.Count())
		q.SetSum(p.Sum())
		p.BucketCounts().CopyTo(q.BucketCounts())
		p.ExplicitBounds().CopyTo(q.ExplicitBounds())
		q.Attributes().PutStr(wire.Step, step)
		q.Attributes().PutStr(wire.Outcome, outcome)
	}
	if to.DataPoints().Len() > 0 {
		m.MoveTo(out.AppendEmpty())
	}
}

// isHistogram reports whether a point is one that a backend can draw.
func isHistogram(p pmetric.HistogramDataPoint) bool {
	bounds, counts := p.ExplicitBounds().AsRaw(), p.BucketCounts().AsRaw()
	if len(bounds) > mostBounds || len(counts) != len(bounds)+1 || !collector.Growing(bounds) ||
		!p.HasSum() || !(p.Sum() >= 0 && p.Sum() <= mostGradings*mostDuration.Seconds()) {
		return false
	}
	var sum uint64
	for _, n := range counts {
		if n > mostGradings {
			return false
		}
		sum += n
	}
	return sum == p.Count()
}
