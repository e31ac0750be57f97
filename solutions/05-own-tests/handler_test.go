package owntests

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	handlerspans "otel.workshop/solutions/02-handler-spans"
)

// shipped has every order. It leaves a span, as a store does, which shows what
// it was called with.
func shipped(ctx context.Context, _ int64) (string, error) {
	_, span := otel.Tracer("store").Start(ctx, "ask the store")
	span.End()
	return "shipped", nil
}

// A request should be one tree: the request, loading the order, the payment.
func TestOrder(t *testing.T) {
	ctx := newCaller(t)
	w := get(ctx, service(t, shipped, paid), "/orders/42")
	require.Equal(t, http.StatusOK, w.Code)

	tr := spans(ctx)
	request, load := tr.named(t, "GET /orders/{id}"), tr.named(t, "load order")
	assert.Equal(t, trace.SpanKindServer, request.SpanKind(), "kind of GET /orders/{id}")
	assert.Equal(t, codes.Unset, load.Status().Code, "status of load order, when all is well")
	assert.Equal(t, trace.SpanContextFromContext(ctx).SpanID(), request.Parent().SpanID(), "the request's span is the caller's child")
	assert.True(t, tr.below(load, request), "load order is below the request:\n%s", tr)
	assert.True(t, tr.below(tr.named(t, "ask the store"), load), "the store is called with the context of load order:\n%s", tr)
	assert.True(t, tr.below(tr.client(t), request), "the payment call is below the request:\n%s", tr)
	assert.Equal(t, "42", value(load, "order.id"), "order.id of load order")
	assert.Equal(t, "shipped", value(load, "order.status"), "order.status of load order")
}

// A payment API that fails should be seen in the span of the call.
func TestPaymentFails(t *testing.T) {
	ctx := newCaller(t)
	fails := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	w := get(ctx, service(t, shipped, fails), "/orders/42")
	require.Equal(t, http.StatusBadGateway, w.Code)
	assert.Equal(t, codes.Error, spans(ctx).client(t).Status().Code, "status of the payment call's span")
}

// A store that fails should be seen in the span around it.
func TestStoreFails(t *testing.T) {
	ctx := newCaller(t)
	broken := func(context.Context, int64) (string, error) { return "", errors.New("the disk is full") }
	get(ctx, service(t, broken, paid), "/orders/42")
	load := spans(ctx).named(t, "load order")
	assert.Equal(t, codes.Error, load.Status().Code, "status of load order, when the store fails")
	assert.NotEmpty(t, value(load, "error.type"), "error.type of load order, when the store fails")
}

// Whatever happens, spans should end: after a panic, and when nobody reads the
// payment API's answer.
func TestSpansEnd(t *testing.T) {
	ctx := newCaller(t)
	panics := func(context.Context, int64) (string, error) { panic("out of luck") }
	func() {
		defer func() { _ = recover() }() // net/http would do it
		get(ctx, service(t, panics, paid), "/orders/42")
	}()
	spans(ctx).named(t, "load order")

	ctx = newCaller(t)
	fails := func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, strings.Repeat("not today. ", 1000), http.StatusInternalServerError)
	}
	get(ctx, service(t, shipped, fails), "/orders/42")
	spans(ctx).client(t)
}

// The payment API should be told the trace, and nothing that is private.
func TestPaymentAPIIsToldTheTrace(t *testing.T) {
	ctx := newCaller(t)
	member, err := baggage.NewMember("customer", "Ada")
	require.NoError(t, err)
	bag, err := baggage.New(member)
	require.NoError(t, err)

	var header http.Header
	get(baggage.ContextWithBaggage(ctx, bag), service(t, shipped, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		paid(w, r)
	}), "/orders/42")
	call := spans(ctx).client(t).SpanContext()
	assert.Contains(t, header.Get("traceparent"), call.TraceID().String()+"-"+call.SpanID().String(), "traceparent names the call's span")
	assert.Empty(t, header.Get("baggage"), "baggage that the payment API gets")
}

// That there is no such order is an answer, also where somebody has wrapped it.
func TestNoSuchOrder(t *testing.T) {
	ctx := newCaller(t)
	none := func(context.Context, int64) (string, error) {
		return "", fmt.Errorf("ask: %w", handlerspans.ErrNotFound)
	}
	w := get(ctx, service(t, none, paid), "/orders/42")
	assert.Equal(t, http.StatusNotFound, w.Code, "status of the answer, for no such order")
	tr := spans(ctx)
	assert.NotEqual(t, codes.Error, tr.named(t, "load order").Status().Code, "status of load order, for no such order")
	assert.NotEqual(t, codes.Error, tr.named(t, "GET /orders/{id}").Status().Code, "status of the request, for no such order")
}

// Names should be the same for every order.
func TestNamesAreFew(t *testing.T) {
	s := service(t, shipped, paid)
	for _, path := range []string{"/orders/42", "/orders/43"} {
		ctx := newCaller(t)
		get(ctx, s, path)
		spans(ctx).named(t, "load order")
		spans(ctx).named(t, "GET /orders/{id}")
	}
}
