package owntests

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	dbmetrics "otel.workshop/solutions/03-db-metrics"
)

// TODO(catches-uncounted): it calls everything, and looks at nothing that is told.
func TestStatus(t *testing.T) {
	store, err := dbmetrics.NewStore(openDB(t, func(context.Context, int64) (string, error) { return "shipped", nil }))
	require.NoError(t, err)
	status, err := store.Status(t.Context(), 42)
	require.NoError(t, err)
	require.Equal(t, "shipped", status)
}
