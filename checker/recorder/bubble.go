package recorder

import (
	"context"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"testing/synctest"

	"otel.workshop/internal/finding"
)

// Bubble runs f in a bubble of fake time, in which a minute passes at once and
// a sleep takes exactly what it should. When everything in it waits for ever,
// the check fails with hangs. What is still running after f is none of the
// check's business.
func Bubble(t *testing.T, hangs finding.Finding, f func(ctx context.Context)) {
	t.Helper()
	// These two make a channel the first time that a process uses them. Made
	// inside the bubble, or used on both sides, it would end in a crash.
	_, _ = net.DefaultResolver.LookupHost(t.Context(), "localhost")
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	signal.Stop(term)

	finished := false
	defer func() {
		p := recover()
		_, deadlock := p.(interface{ Error() string })
		switch {
		case p == nil || finished && deadlock:
		case deadlock:
			Fail(t, hangs)
		default:
			panic(p)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		f(context.Background())
		finished = true
	})
}
