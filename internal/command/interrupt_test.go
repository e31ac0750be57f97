package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

func TestInterruptedGradingExits130WithoutAWord(t *testing.T) {
	for _, args := range [][]string{{"check"}, {"check", "beta", "--json"}, {"hint"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			s, _ := sessiontest.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			s.Grade = func(ctx context.Context, _ lesson.Step, _ grader.Options) (grader.Report, error) {
				cancel() // the person presses Ctrl-C
				<-ctx.Done()
				return grader.Report{}, context.Cause(ctx)
			}
			var stdout, stderr strings.Builder
			w := &workshop{
				stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
				open: func(string) (*session.Session, error) { return s, nil },
			}
			require.Equal(t, 130, run(ctx, w, args))
			require.Empty(t, stderr.String())
			require.Empty(t, stdout.String())
		})
	}
}

func TestUntouchedStepsAfterTheFirstUnfinishedOneAreNotGraded(t *testing.T) {
	s, g := sessiontest.New(t)
	var stdout, stderr strings.Builder
	w := &workshop{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		open: func(string) (*session.Session, error) { return s, nil },
	}
	// What a step began with can't be told here, so it counts as touched.
	require.Equal(t, 1, run(t.Context(), w, []string{"check"}))
	require.Contains(t, stdout.String(), "2.1  epsilon")
	require.NotContains(t, stdout.String(), "not started")

	// Now it can: the starter of the second step makes it what it is.
	sessiontest.Write(t, s.Root(), "solutions/02-second/second.go", "package second\n\nvar solved = true\n")
	sessiontest.Write(t, s.Root(), "broken/02-second/starter.diff", `Everything is to do.

diff --git a/solutions/02-second/second.go b/solutions/02-second/second.go
--- a/solutions/02-second/second.go
+++ b/solutions/02-second/second.go
@@ -1,3 +1 @@
 package second
-
-var solved = true
`)
	stdout.Reset()
	require.Equal(t, 1, run(t.Context(), w, []string{"check"}))
	require.Contains(t, stdout.String(), "02-second: not started")
	require.NotContains(t, stdout.String(), "2.1  epsilon")

	g.Set(grader.Pass, "alpha", "beta", "gamma") // the first step is done: the second is next
	stdout.Reset()
	require.Equal(t, 1, run(t.Context(), w, []string{"check"}))
	require.Contains(t, stdout.String(), "2.1  epsilon")
}

// Whatever a command is doing, it ends after Ctrl-C.
func TestCommandsThatDoNotEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the person has pressed Ctrl-C
	require.Equal(t, 130, await(ctx, make(chan int), time.Millisecond))

	ended := make(chan int, 1)
	time.AfterFunc(10*time.Millisecond, func() { ended <- 1 })
	require.Equal(t, 1, await(ctx, ended, time.Minute), "it has its time to end well")
}
