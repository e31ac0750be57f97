// Package dbmetrics_test checks steps/03-db-metrics, in the order of its
// lesson, on a database of ours that takes as long and fails as it is told.
package dbmetrics_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

func TestMain(m *testing.M) { recorder.Main(m, nil) }

// A shop is the learner's store on a database of ours.
type shop struct {
	rec   *recorder.Recorder
	db    *database.Database
	pool  *sql.DB
	store *dbmetrics.Store
}

// open runs f with a store on db, in a bubble of fake time.
func open(t *testing.T, db *database.Database, f func(ctx context.Context, s *shop)) *shop {
	t.Helper()
	if db.Orders == nil {
		db.Orders = map[int64]string{7: "packed", 42: "shipped"}
	}
	s := &shop{rec: recorder.Global(t, "demo-service"), db: db}
	var failed error
	recorder.Bubble(t, recorder.At(dbmetrics.NewStore, finding.Finding{
		Want: "NewStore and Status return",
		Got:  "one of them waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		s.pool = db.Open()
		defer func() { _ = s.pool.Close() }() // a pool that is closed in the bubble leaves nothing in it
		if s.store, failed = dbmetrics.NewStore(s.pool); failed == nil {
			f(ctx, s)
		}
	})
	if failed != nil || s.store == nil {
		got := "nil, and no error"
		if failed != nil {
			got = failed.Error()
		}
		recorder.Fail(t, recorder.At(dbmetrics.NewStore, finding.Finding{Want: "NewStore   a store, and no error", Got: "NewStore   " + got}))
	}
	return s
}

// status asks for an order's status, from within a span "load order", and
// returns the trace of that. A query that lasts for an hour is given up.
func (s *shop) status(ctx context.Context, id int64) (trace.TraceID, string, error) {
	ctx, span := s.rec.TracerProvider.Tracer("demo.handler").Start(ctx, "load order")
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	status, err := s.store.Status(ctx, id)
	return span.SpanContext().TraceID(), status, err
}

// queries returns the spans "db.query", in the order in which they ended.
func (s *shop) queries() (spans tracetest.SpanStubs) {
	for _, span := range s.rec.Spans() {
		if span.Name == "db.query" {
			spans = append(spans, span)
		}
	}
	return spans
}

// series draws the points of a metric, a line each, as value prints them.
func series(m recorder.Metric, value func(recorder.Point) string) string {
	if len(m.Points) == 0 {
		return "no " + m.Name
	}
	rows := [][]string{{m.Name}}
	for _, p := range m.Points {
		rows = append(rows, []string{"  " + p.String(), value(p)})
	}
	return recorder.Table(rows...)
}
