// Package dbmetrics_test checks steps/03-db-metrics, in the order of its
// lesson, on a database of ours that takes as long and fails as it is told.
package dbmetrics_test

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

func TestMain(m *testing.M) { recorder.Main(m, nil) }

// A shop is the learner's store on a database of ours, and what was seen of it.
type shop struct {
	rec   *recorder.Recorder
	db    *database.Database
	pool  *sql.DB
	store *dbmetrics.Store
	other *database.Database // of the second store

	meters  *front
	dawdles atomic.Bool // whether spans take their time to start
	cancel  []func()    // what ends with the check
	seen    []*evidence
	last    recorder.Snapshot // what was measured until the last one
}

// played plays all situations, and returns what was seen of each.
func played(t *testing.T) []*evidence {
	t.Helper()
	return open(t, newDatabase(), func(ctx context.Context, s *shop) { s.playAll(ctx) }).seen
}

// each goes through what was seen, and remembers what a rule is looking at: the
// spans of that situation are what a learner wants to see beside the finding.
func each(all []*evidence) iter.Seq[*evidence] {
	return func(yield func(*evidence) bool) {
		for _, e := range all {
			lookedAt = e
			if !yield(e) {
				return
			}
		}
		lookedAt = nil
	}
}

var lookedAt *evidence // a process runs one check

// shown are the spans that the check shows: those that it looked at last when
// it failed; those of the first situation when it did not.
func (s *shop) shown() (spans tracetest.SpanStubs) {
	e := lookedAt
	if e == nil && len(s.seen) > 0 {
		e = s.seen[0]
	} else if e == nil {
		return s.rec.First()
	}
	for _, c := range e.calls {
		spans = append(spans, c.spans...)
	}
	return append(spans, e.lost...)
}

// open runs f with a store on db, in a bubble of fake time.
func open(t *testing.T, db *database.Database, f func(ctx context.Context, s *shop)) *shop {
	t.Helper()
	s := &shop{db: db, other: &database.Database{}}
	s.rec = recorder.GlobalThrough(t, "demo-service", s.shown, func(p metric.MeterProvider) metric.MeterProvider {
		s.meters = &front{MeterProvider: p}
		return s.meters
	}, func(p trace.TracerProvider) trace.TracerProvider {
		return dawdling{p, &s.dawdles}
	})
	var failed error
	recorder.Bubble(t, recorder.At(dbmetrics.NewStore, finding.Finding{
		Want: "NewStore and Status return",
		Got:  "one of them waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		s.pool = db.Open()
		defer func() {
			for _, cancel := range s.cancel {
				cancel()
			}
			_ = s.pool.Close() // a pool that is closed in the bubble leaves nothing in it
		}()
		if s.store, failed = dbmetrics.NewStore(s.pool); failed == nil {
			f(ctx, s)
		}
	})
	if failed == nil && s.store != nil {
		return s
	}
	got := "nil, and no error"
	if failed != nil {
		got = failed.Error()
	}
	home, mine := "status-returned", false // the one check that says so, and whether it is this one
	is := func(id string) bool {
		return strings.EqualFold(t.Name(), "Test"+strings.ReplaceAll(id, "-", ""))
	}
	for _, m := range s.meters.failed() {
		switch id := homes[m.name]; {
		case id != "":
			home = id
		case m.name == poolCount, m.name == callbacks:
			mine = t.Name() == "TestPoolObserved" // it is further: no core check waits for it
		default:
			continue
		}
		got += "\n" + m.name + "   " + m.err.Error()
	}
	if !mine && !is(home) {
		recorder.Needs(t, home)
	}
	recorder.Fail(t, recorder.At(dbmetrics.NewStore, finding.Finding{Want: "NewStore   a store, and no error", Got: "NewStore   " + got}))
	return nil
}

// homes are the core checks that speak of an instrument.
var homes = map[string]string{queryCount: "queries-counted", queryDuration: "duration-in-seconds"}
