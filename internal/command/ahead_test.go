package command

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/launch"
	"otel.workshop/internal/session/sessiontest"
)

// The first verdict is what a learner waits for; the database is built then.
func TestTheDatabaseIsBuiltBehindTheFirstVerdict(t *testing.T) {
	s, _ := sessiontest.New(t)
	sessiontest.Write(t, s.Root(), "go.sum", "")
	sessiontest.Write(t, s.Root(), "internal/postgres/serve/main.go", "package main\n\nfunc main() {}\n")
	d, err := desk.Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()

	left, leave := context.WithCancel(t.Context())
	leave()
	buildAhead(left, d)
	require.False(t, launch.HasDatabase(s.Root()), "whoever leaves before leaves it unbuilt")

	ended := make(chan struct{})
	go func() {
		buildAhead(t.Context(), d)
		close(ended)
	}()
	d.Grade(t.Context(), func(desk.Event) {})
	<-ended
	require.True(t, launch.HasDatabase(s.Root()))
}
