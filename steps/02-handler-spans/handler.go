// Package handlerspans answers where an order is, and what has become of its
// payment. What it did to find out, it tells in spans.
package handlerspans

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// ErrNotFound is the error of an order that does not exist.
var ErrNotFound = errors.New("no such order")

// Orders knows where each order is. Status returns ErrNotFound for none.
type Orders interface {
	Status(ctx context.Context, id int64) (string, error)
}

// NewHandler serves GET /orders/{id}.
func NewHandler(orders Orders, payments *Payments) http.Handler {
	h := &handler{orders: orders, payments: payments}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", h.order)
	return otelhttp.NewHandler(mux, "orders") // TODO(route-recorded): say which route it was
}

type handler struct {
	orders   Orders
	payments *Payments
}

// order answers with an order's status and its payment's state.
func (h *handler) order(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		answer(w, http.StatusBadRequest, failure{"an order's id is a number"})
		return
	}
	status, err := h.loadOrder(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		answer(w, http.StatusNotFound, failure{"no such order"})
		return
	case err != nil:
		fail(ctx, w, http.StatusInternalServerError, "the order can't be read now", err)
		return
	}
	payment, err := h.payments.State(ctx, id)
	if err != nil {
		// TODO(payment-failure-told-apart): this is not our own failure.
		fail(ctx, w, http.StatusInternalServerError, "the payment API gives no answer", err)
		return
	}
	answer(w, http.StatusOK, found{ID: id, Status: status, Payment: payment})
}

// loadOrder asks for an order's status.
func (h *handler) loadOrder(ctx context.Context, id int64) (string, error) {
	// TODO(child-span): do it in a span of its own, "load order".
	// TODO(context-passed): hand the span on, to whoever is called.
	// TODO(span-attributes): tell which order it is, and where.
	// TODO(stable-span-names): but not in the span's name.
	// TODO(errors-recorded): tell when it fails, and why.
	// TODO(not-found-is-no-error): but not of an order that does not exist.
	// TODO(span-ends-on-panic): end it, come what may.
	return h.orders.Status(ctx, id)
}

type found struct {
	ID      int64  `json:"id"`
	Status  string `json:"status"`
	Payment string `json:"payment"`
}

type failure struct {
	Error string `json:"error"`
}

// fail tells the caller as much as is the caller's business, and the log the
// rest.
func fail(ctx context.Context, w http.ResponseWriter, code int, message string, err error) {
	// TODO(logs-connected): and let the log tell which trace it was.
	slog.ErrorContext(ctx, message, "error", err)
	answer(w, code, failure{message})
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the caller is gone: there is nobody left to tell
}
