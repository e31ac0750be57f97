package member

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// seconds are the buckets of a grading's duration.
var seconds = []float64{0.25, 0.5, 1, 2, 3, 5, 10, 20, 40, 80}

// instruments makes those of m, and lets m observe where the learner stands.
func (m *Member) instruments() error {
	meter := m.telemetry.meter
	var errs [7]error
	var state, hints metric.Int64ObservableGauge
	var at metric.Float64ObservableGauge
	var dropped metric.Int64ObservableCounter
	g := &m.gradings
	g.count, errs[0] = meter.Int64Counter(wire.Gradings, metric.WithUnit("{grading}"))
	g.duration, errs[1] = meter.Float64Histogram(wire.GradingDuration, metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(seconds...))
	state, errs[2] = meter.Int64ObservableGauge(wire.CheckState, metric.WithUnit("1"))
	at, errs[3] = meter.Float64ObservableGauge(wire.CheckTime, metric.WithUnit("s"))
	hints, errs[4] = meter.Int64ObservableGauge(wire.Hints, metric.WithUnit("{hint}"))
	dropped, errs[5] = meter.Int64ObservableCounter(wire.Dropped, metric.WithUnit("{item}"))
	_, errs[6] = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		session := m.desk.Session()
		for _, step := range session.Steps {
			for _, res := range session.Last(step).Results {
				check := attribute.String(wire.Check, workspace.CheckKey(step.Name, res.Check.ID))
				if s, known := stateOf(res.Outcome); known {
					o.ObserveInt64(state, int64(s), metric.WithAttributes(check, attribute.Bool(wire.Further, res.Check.Further)))
				}
				if n := session.Hints(res.Check); n > 0 {
					o.ObserveInt64(hints, int64(n), metric.WithAttributes(check))
				}
			}
		}
		for key, spent := range m.times() {
			o.ObserveFloat64(at, spent.Seconds(), metric.WithAttributes(attribute.String(wire.Check, key)))
		}
		_, n := m.telemetry.backlog.waiting()
		o.ObserveInt64(dropped, int64(n))
		return nil
	}, state, at, hints, dropped)
	return errors.Join(errs[:]...)
}

// stateOf returns how a check stands whose outcome is remembered.
func stateOf(o grader.Outcome) (s wire.State, known bool) {
	switch o {
	case "":
		return 0, false
	case grader.Pass:
		return wire.Passing, true
	case grader.Blocked:
		return wire.Blocked, true
	case grader.NotJudged:
		return wire.NotJudged, true
	}
	return wire.Failing, true
}

// follow notices that another check is at hand.
func (m *Member) follow() {
	at := m.desk.At()
	key := workspace.CheckKey(at.Step, at.ID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if key != m.at {
		m.at, m.since = key, m.now()
		m.visited[key] = true
	}
}

// times returns for how long the learner has been at each check that they have
// been at: not at all, for those that they left.
func (m *Member) times() map[string]time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	times := map[string]time.Duration{}
	for key := range m.visited {
		times[key] = 0
	}
	times[m.at] = m.now().Sub(m.since)
	return times
}
