package dbmetrics_test

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"testing"

	"go.opentelemetry.io/otel"

	"otel.workshop/checker/conventions"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// The code should be gofmt-clean, satisfy go vet, and drop no error of an OpenTelemetry or database call.
func TestGoConventions(t *testing.T) {
	conventions.Check(t, "03-db-metrics")
	refusals(t)
}

// refusals makes each instrument fail in turn, which the SDK does where a name
// is none, and asks who is told.
func refusals(t *testing.T) {
	var told bytes.Buffer // by the error handler or in a log
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { told.WriteString(err.Error()) }))
	log.SetOutput(&told)
	slog.SetDefault(slog.New(slog.NewTextHandler(&told, nil)))
	open(t, newDatabase(), func(ctx context.Context, s *shop) {
		for _, name := range []string{queryCount, queryDuration, poolCount, callbacks} {
			s.meters.refuse(name)
			told.Reset()
			store, err := dbmetrics.NewStore(s.pool)
			by := "NewStore"
			if err == nil && store != nil && s.meters.refusals() == 0 { // made when they are needed
				by = "Status"
				s.store = store
				c := &seen{call: call{order: shipped}}
				s.ask(ctx, c)
				err = c.err
			}
			refused := s.meters.refusals() > 0
			s.meters.refuse("")
			if !refused || err != nil || (name == poolCount || name == callbacks) && told.Len() > 0 {
				continue
			}
			recorder.Fail(t, recorder.At(dbmetrics.NewStore, finding.Finding{
				Want:  recorder.Table([]string{"the meter", "refuses " + name}, []string{by, "an error that says so"}),
				Got:   recorder.Table([]string{"the meter", "refuses " + name}, []string{by, "no error"}),
				Cause: "An instrument that could not be made counts nothing, or under a name that the backend refuses, and nobody is told.\nAn error that is overwritten by the next one is dropped as well: look at each, or join them.",
			}))
		}
	})
}
