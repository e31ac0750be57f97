package web

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/session/sessiontest"
)

func TestTheSolutionIsRunOnceAndOnlyWhileNobodyWaits(t *testing.T) {
	ss, g := sessiontest.New(t)
	sessiontest.Write(t, ss.Root(), "solutions/01-first/first.go", "package first\n")
	s := serve(t, ss, nil)
	s.desk.Grade(t.Context(), func(desk.Event) {})
	_, body, _ := get(t, s, "/workshop/check")
	require.Contains(t, body, "/workshop/expected?check=01/alpha")

	// A run of the learner's code is under way.
	g.Hold = make(chan struct{})
	events := work(t, s)
	require.IsType(t, desk.Started{}, <-events)
	status, _, _ := do(t, s, "POST", "/workshop/expected?check=01/alpha")
	require.Equal(t, 204, status)
	close(g.Hold)
	for {
		if _, ok := (<-events).(desk.Graded); ok {
			break
		}
	}

	// It has failed: nothing is drawn, and nothing kept.
	status, _, _ = do(t, s, "POST", "/workshop/expected?check=01/alpha")
	require.Equal(t, 204, status)
	g.Set(grader.Pass, "alpha")
	status, _, _ = do(t, s, "POST", "/workshop/expected?check=01/alpha")
	require.Equal(t, 200, status)
	g.Set(grader.Fail, "alpha")
	status, _, _ = do(t, s, "POST", "/workshop/expected?check=01/alpha")
	require.Equal(t, 200, status, "it is kept")
	_, body, _ = get(t, s, "/workshop/check")
	require.NotContains(t, body, "/workshop/expected", "and needs no second request")
	status, _, _ = do(t, s, "POST", "/workshop/expected?check=nonsense")
	require.Equal(t, 404, status)
}
