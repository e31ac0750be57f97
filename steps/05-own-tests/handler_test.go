package owntests

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// shipped has every order.
func shipped(context.Context, int64) (string, error) { return "shipped", nil }

// TODO(accepts-right-answers): it passes, and would fail for services that are as right.
func TestOrder(t *testing.T) {
	exporter := record(t)
	w := get(t.Context(), service(t, shipped, paid), "/orders/42")
	require.Equal(t, http.StatusOK, w.Code)

	spans := exporter.GetSpans()
	require.Equal(t, 3, len(spans))
	require.Equal(t, "load order", spans[0].Name)
	require.Equal(t, 2, len(spans[0].Attributes))
	require.Equal(t, "HTTP GET", spans[1].Name)
	require.Equal(t, "GET /orders/{id}", spans[2].Name)
	// TODO(catches-lost-parents): who is below whom?
}

// TODO(catches-silent-failures): a store that fails.
// TODO(catches-open-spans): a store that panics, and an answer that nobody reads.

// TODO(catches-broken-thread): look at what the payment API is sent, too.
func TestPaymentFails(t *testing.T) {
	exporter := record(t)
	fails := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	w := get(t.Context(), service(t, shipped, fails), "/orders/42")
	require.Equal(t, http.StatusBadGateway, w.Code)
	require.Equal(t, 3, len(exporter.GetSpans()))
}
