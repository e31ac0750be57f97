package scenes

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/trial"
)

// The solution should tell the same of a scene each time: a mistake is seen by what
// it tells in another way.
func TestSolution(t *testing.T) {
	names := []string{
		trial.OrderThere, trial.OrderNotThere, trial.OrderWrapped, trial.StorePanics, trial.DatabaseFails,
		trial.CallerLeaves, trial.PaymentsFail, trial.ThreeOrders, trial.ThreeFailures, trial.BaggageArrives,
	}
	require.Len(t, plays, len(names))
	first, err := Play(names...)
	require.NoError(t, err)
	for range 3 {
		again, err := Play(names...)
		require.NoError(t, err)
		_, _, differ := trial.Differ(first, again)
		require.False(t, differ)
	}
	require.Equal(t, `GET (client), status Unset
  GET /orders/{id} (server), status Unset
    HTTP GET (client), status Unset
      GET /payments/{id} (server), status Unset
    load order (internal), status Unset, order.id=42, order.status=shipped
      db.query (client), status Unset
`, first[0].Spans)
	require.Equal(t, `db.client.connection.count db.client.connection.pool.name=orders,db.client.connection.state=used: 0
db.query.count status=ok: 1
db.query.duration status=ok: 1 in buckets up to [0.001 0.005 0.01 0.05 0.1 0.5 1 5 10], together below 1`, first[0].Points)
	for _, s := range first {
		require.NotEmpty(t, s.Traces, s.Name)
		require.NotEmpty(t, s.Metrics, s.Name)
	}
}

func TestNoSuchScene(t *testing.T) {
	_, err := Play("the moon falls down")
	require.ErrorContains(t, err, "the moon falls down")
}
