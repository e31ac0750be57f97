package web

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/shop"
)

// Where a learner writes tests, there is no service of theirs to start: the one
// that the tests are about is.
func TestTestsAreNoService(t *testing.T) {
	ss := checkout(t)
	s := serve(t, ss, check(t, ss, "05/catches-leaks"))
	require.Equal(t, shop.Source{Step: "03-db-metrics", Solution: true}, s.sourceAtHand())
	v := s.service()
	require.Len(t, v.Sources, 8, "two for each of four steps")
	for _, source := range v.Sources {
		require.NotContains(t, source.Text, "05")
		require.Equal(t, source.Text == "step 03 · the solution", source.Chosen, source.Text)
	}
}
