package demo

import (
	"slices"
	"time"

	"otel.workshop/internal/collector"
)

// A view is what a collector's store has received of one service: what began
// after the service did. A collector may be shared.
type view struct {
	store *collector.Store
	since time.Time
}

func (v view) traces() []collector.TraceSummary {
	return slices.DeleteFunc(v.store.Traces(), func(t collector.TraceSummary) bool { return t.Start.Before(v.since) })
}

func (v view) metrics() []collector.Metric {
	var all []collector.Metric
	for _, m := range v.store.Metrics() {
		m.Points = slices.DeleteFunc(m.Points, func(p collector.Point) bool {
			return !p.Time.IsZero() && p.Time.Before(v.since) || !p.Start.IsZero() && p.Start.Before(v.since)
		})
		if len(m.Points) > 0 {
			all = append(all, m)
		}
	}
	return all
}
