package room

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"otel.workshop/internal/room/wire"
)

// readings are the numbers that a workshop tells.
type readings struct {
	at     pcommon.Timestamp // the latest, by the sender's clock
	states map[string]wire.State
	times  map[string]time.Duration
	hints  map[string]int

	gradings, dropped count
}

// A count is a cumulative counter: the sum of its points, and since when its
// process counts, by the sender's clock. It is not there while since is 0.
type count struct {
	Total int               `json:"total"`
	Since pcommon.Timestamp `json:"since"`
}

// What a number may be. Larger ones are no learner's.
const (
	mostGradings = 1_000_000
	mostDropped  = 1_000_000_000
	mostHints    = 100
	mostTime     = 30 * 24 * time.Hour // at one check
	mostBounds   = 32                  // of a histogram
)

// cleanMetrics does for metrics what cleanTraces does for spans.
func (s *syllabus) cleanMetrics(id string, md pmetric.Metrics, now time.Time) (all []said, ignored int) {
	for _, rm := range md.ResourceMetrics().All() {
		who, ok := whoIs(id, rm.Resource())
		if !ok || len(all) == mostResources {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					ignored += points(m)
				}
			}
			continue
		}
		c := metricCleaner{syllabus: s, seen: map[string]bool{}}
		c.readings = readings{states: map[string]wire.State{}, times: map[string]time.Duration{}, hints: map[string]int{}}
		out := pmetric.NewMetrics()
		to := out.ResourceMetrics().AppendEmpty()
		who.describe(to.Resource())
		scope := to.ScopeMetrics().AppendEmpty()
		scope.Scope().SetName(wire.Scope)
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if sm.Scope().Name() != wire.Scope {
					c.ignored += points(m)
					continue
				}
				c.clock = clockFor(now, latestOf(m))
				c.clean(m, scope.Metrics())
			}
		}
		all = append(all, said{sender: who, metrics: out, kept: c.kept, ignored: c.ignored,
			readings: c.readings, shape: who.varies(c.bounds)})
	}
	return all, ignored
}

// points counts those of a metric, of whatever kind.
func points(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	}
	return 0
}

// latestOf returns the latest time of a metric that a workshop may send.
func latestOf(m pmetric.Metric) (latest pcommon.Timestamp) {
	for _, p := range numbersOf(m).All() {
		latest = max(latest, p.Timestamp())
	}
	if m.Type() == pmetric.MetricTypeHistogram {
		for _, p := range m.Histogram().DataPoints().All() {
			latest = max(latest, p.Timestamp())
		}
	}
	return latest
}

// numbersOf returns the points of a gauge or a counter: none of anything else.
func numbersOf(m pmetric.Metric) pmetric.NumberDataPointSlice {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints()
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints()
	}
	return pmetric.NewNumberDataPointSlice()
}
