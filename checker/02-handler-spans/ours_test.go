package handlerspans_test

import (
	"io"
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	handlerspans "otel.workshop/steps/02-handler-spans"
)

// ourHandler is a handler that does what it should. In the place of the
// learner's it shows whose fault something is.
func ourHandler(orders handlerspans.Orders, payments *handlerspans.Payments) http.Handler {
	tracer := otel.Tracer(tracerName)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, "GET /orders/{id}", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		id, _ := strconv.ParseInt(r.URL.Path[len("/orders/"):], 10, 64) // 0 is not there
		loading, load := tracer.Start(ctx, "load order")
		_, err := orders.Status(loading, id)
		load.End()
		if err == nil {
			_, err = payments.State(ctx, id)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, err.Error()) // for the finding alone
		}
	})
}
