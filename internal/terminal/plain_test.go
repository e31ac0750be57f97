package terminal

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/session/sessiontest"
)

// A sink is written to by one goroutine and read by another.
type sink struct {
	mu   sync.Mutex
	text strings.Builder
	err  error
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	return s.text.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestPlain(t *testing.T) {
	s, g := sessiontest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	var out sink
	ended := make(chan error)
	go func() { ended <- Plain(ctx, openDesk(t, s, nil), Page{}, Look{Width: 80}, &out) }()

	has := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(out.String(), text) }, 10*time.Second, 5*time.Millisecond, text)
	}
	has("TODO(alpha): do alpha")
	has("0 of 3 core checks pass")
	has("✗ alpha   Code should alpha.")

	g.Set(grader.Pass, "alpha")
	sessiontest.Write(t, s.Root(), "steps/01-first/first.go", "package first // saved\n")
	has("1 of 3 core checks pass")
	has("✗ beta   Code should beta.")
	has("1.1 alpha passes now.")
	require.NotContains(t, out.String(), "\x1b")

	cancel()
	require.NoError(t, <-ended)
}

func TestPlainBeginsWhereItIsTold(t *testing.T) {
	s, _ := sessiontest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	var out sink
	ended := make(chan error)
	at := s.Begin(s.Steps[1])
	go func() { ended <- Plain(ctx, openDesk(t, s, &at), Page{}, Look{Width: 80}, &out) }()
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "✗ epsilon") }, 10*time.Second, 5*time.Millisecond)
	require.NotContains(t, out.String(), "alpha")
	cancel()
	require.NoError(t, <-ended)
}

func TestPlainEndsWhenNobodyReads(t *testing.T) {
	s, _ := sessiontest.New(t)
	out := sink{err: fmt.Errorf("broken pipe")}
	require.ErrorContains(t, Plain(t.Context(), openDesk(t, s, nil), Page{}, Look{Width: 80}, &out), "broken pipe")
}
