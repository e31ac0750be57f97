package crowd_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// What a room is told arrives at a backend, by way of a forwarder, as what was
// made of it; and the room says so to who joins.
func TestBackend(t *testing.T) {
	steps, err := syllabus()
	require.NoError(t, err)
	backend, err := collector.Start(collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, backend.Close(context.Background())) })
	f, err := forward.Start(forward.Options{Endpoint: "http://" + backend.HTTPAddr()})
	require.NoError(t, err)
	t.Cleanup(func() { f.Close(context.Background()) })
	r, err := room.Open(room.Options{Steps: steps, Addr: "127.0.0.1:0", Forward: f})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close(context.Background())) })

	const people = 20
	check := workspace.CheckKey(steps[0].Name, steps[0].Checks[0].ID)
	for i := range people {
		p := crowd.NewParticipant(fmt.Sprint("Learner ", i))
		address := r.Invite()[0].String()
		status, says, err := p.SendTraces(http.DefaultClient, address, p.Grading(steps[0].Name, "fail", map[string]string{check: "fail", "x": "y"}))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, says)
		status, says, err = p.SendMetrics(http.DefaultClient, address, p.Push(check, map[string]wire.State{check: wire.Failing}))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, says)
	}
	require.Eventually(t, func() bool { return f.Stats().Sent == 2*people }, 10*time.Second, 10*time.Millisecond, "%v", f.Stats())

	require.Equal(t, 2*people, backend.Store().Stats().Spans, "the span that no workshop sends is not passed on")
	for _, sum := range backend.Store().Traces() {
		for _, span := range backend.Store().Trace(sum.ID) {
			require.Equal(t, wire.ServiceName, span.Service)
		}
	}
	found := map[string]bool{}
	for _, m := range backend.Store().Metrics() {
		require.Contains(t, []string{wire.CheckState, wire.CheckTime, wire.Hints, wire.Gradings, wire.GradingDuration}, m.Name)
		found[m.Name] = true
	}
	require.Len(t, found, 5)
	v := r.View()
	require.Len(t, v.People, people)
	require.Equal(t, people, v.Stats.Ignored)
}
