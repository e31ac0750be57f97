package dbmetrics_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// A measurement should lead to its trace: an exemplar of db.query.duration has the trace's id.
func TestExemplarLinked(t *testing.T) {
	var asked trace.TraceID
	s := open(t, &database.Database{Takes: 2 * time.Second}, func(ctx context.Context, s *shop) {
		asked, _, _ = s.status(ctx, 42)
	})
	m, ok := s.rec.Metric(queryDuration)
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: recorder.Table([]string{queryDuration, "2 s"}, []string{"  exemplar", "trace of that query"}),
		Got:  missing(s.rec, queryDuration),
	})
	if !ok {
		needs(t, f, "duration-in-seconds")
	}
	exemplar := "none"
	for _, p := range m.Points {
		if len(p.Traces) > 0 {
			exemplar = "another trace"
		}
		if slices.Contains(p.Traces, asked) {
			return
		}
	}
	f.Got = recorder.Table([]string{queryDuration, "2 s"}, []string{"  exemplar", exemplar})
	if spans := s.queries(); len(spans) > 0 && spans[0].SpanContext.TraceID() != asked {
		needs(t, f, "query-span") // the query is in another trace itself
	}
	f.Cause = "Record takes a context so as to know in which trace it was measured. Without the span in it, a point on the\nchart stays a point: nobody can click on the slow ones and see why."
	recorder.Fail(t, f)
}
