package failuremodes

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/solutions/03-db-metrics"
)

// NewHandler serves GET /orders/{id}, as in step 2, from the database of step
// 3. Each order that is found leaves a receipt to be sent.
func NewHandler(cfg Config, receipts *Receipts) (http.Handler, error) {
	store, err := dbmetrics.NewStore(cfg.DB)
	if err != nil {
		return nil, err
	}
	h := &handler{
		store:    store,
		payments: handlerspans.NewPayments(cfg.PaymentsURL),
		receipts: receipts,
		log:      cfg.Log,
		tracer:   otel.Tracer("demo.handler"),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /orders/{id}", recovered(cfg.Log, otelhttp.NewHandler(http.HandlerFunc(h.order), "order")))
	return mux, nil
}

type handler struct {
	store    *dbmetrics.Store
	payments *handlerspans.Payments
	receipts *Receipts
	log      *slog.Logger
	tracer   trace.Tracer
}

// order answers with an order's status and its payment's state.
func (h *handler) order(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		answer(w, http.StatusBadRequest, failure{"an order's id is a number"})
		return
	}
	status, err := h.load(ctx, id)
	switch {
	case errors.Is(err, handlerspans.ErrNotFound):
		answer(w, http.StatusNotFound, failure{"no such order"})
		return
	case err != nil:
		h.fail(ctx, w, http.StatusInternalServerError, "the order can't be read now", err)
		return
	}
	payment, err := h.payments.State(ctx, id)
	if err != nil {
		h.fail(ctx, w, http.StatusBadGateway, "the payment API gives no answer", err)
		return
	}
	h.receipts.Send(ctx, id, tellSeller)
	answer(w, http.StatusOK, found{ID: id, Status: status, Payment: payment})
}

// load asks for an order's status, in a span of its own.
func (h *handler) load(ctx context.Context, id int64) (string, error) {
	ctx, span := h.tracer.Start(ctx, "load order", trace.WithAttributes(attribute.Int64("order.id", id)))
	status, err := h.store.Status(ctx, id)
	if errors.Is(err, handlerspans.ErrNotFound) {
		return "", err
	}
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, "the order can't be read")
		span.SetAttributes(semconv.ErrorType(err))
	}
	span.End()
	return status, err
}

// tellSeller stands for a mail server, which takes its time.
func tellSeller(ctx context.Context) error {
	select {
	case <-time.After(200 * time.Millisecond):
		return mailed()
	case <-ctx.Done():
		return ctx.Err()
	}
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
// rest, with the id of the trace that has the whole story.
func (h *handler) fail(ctx context.Context, w http.ResponseWriter, code int, message string, err error) {
	traceID := trace.SpanContextFromContext(ctx).TraceID()
	h.log.ErrorContext(ctx, message, "error", err, "trace_id", traceID.String())
	answer(w, code, failure{message})
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the caller is gone: there is nobody left to tell
}
