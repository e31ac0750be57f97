package payments

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// answer and problem are the bodies of a response.
type (
	answer struct {
		OrderID int64  `json:"order_id"`
		State   string `json:"state"`
	}
	problem struct {
		Error string `json:"error"`
	}
)

// handler serves the one route. It is wrapped as a route, not as a whole mux:
// that puts http.route on the span.
func (a *API) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /payments/{id}", a.unlessDown(otelhttp.NewHandler(
		http.HandlerFunc(a.payment), "payment",
		otelhttp.WithTracerProvider(a.telemetry.provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithMeterProvider(metricnoop.NewMeterProvider()),
	)))
	return mux
}

// unlessDown drops requests that get in although nobody should listen: over a
// connection that was opened before, and on which nothing has been said yet.
func (a *API) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.Fault().kind == down {
			panic(http.ErrAbortHandler) // net/http's way to cut a connection
		}
		next.ServeHTTP(w, r)
	})
}

// payment answers GET /payments/{id}.
func (a *API) payment(w http.ResponseWriter, r *http.Request) {
	span := trace.SpanFromContext(r.Context())
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		reply(w, http.StatusBadRequest, problem{"the order id in /payments/{id} must be a number"})
		return
	}
	span.SetAttributes(attribute.Int64("order.id", id))
	if !a.suffer(w, r) {
		return
	}
	state, found := stateOf(id)
	if !found {
		reply(w, http.StatusNotFound, problem{fmt.Sprintf("there is no payment for order %d", id)})
		return
	}
	span.SetAttributes(attribute.String("payment.state", state))
	reply(w, http.StatusOK, answer{OrderID: id, State: state})
}

// suffer does what is wrong with the API, and reports whether the request can
// be answered all the same. If not, it has been.
func (a *API) suffer(w http.ResponseWriter, r *http.Request) bool {
	var over <-chan time.Time // never, unless the API is slow
	switch f := a.Fault(); f.kind {
	case slow:
		over = time.After(f.delay)
	case hangs:
	case fails:
		reply(w, http.StatusInternalServerError, problem{"the payment API has a problem of its own"})
		return false
	default:
		return true
	}
	defer a.wait()()
	select {
	case <-over:
		return true
	case <-r.Context().Done():
		trace.SpanFromContext(r.Context()).AddEvent("caller hung up")
		// Nobody reads it, but the span would say 200 otherwise. nginx's number.
		w.WriteHeader(499)
	case <-a.quitting:
		reply(w, http.StatusServiceUnavailable, problem{"the payment API is being shut down"})
	}
	return false
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller is gone: there is nobody left to tell
}
