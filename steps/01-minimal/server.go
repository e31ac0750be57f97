package minimal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// NewHandler answers every GET with "ok".
func NewHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n") // the caller is gone: there is nobody left to tell
	})
	return mux // TODO(requests-traced): put otelhttp around it
}

// Run sets telemetry up and serves h on ln until ctx is done. Then it lets the
// requests in flight finish, and after them flushes what they recorded: in
// that order, and with five seconds for each.
func Run(ctx context.Context, ln net.Listener, h http.Handler) (err error) {
	shutdown, err := Setup(ctx, OTLP())
	if err != nil {
		return fmt.Errorf("set up telemetry: %w", err)
	}
	defer func() {
		flushCtx, cancel := grace(ctx)
		defer cancel()
		err = errors.Join(err, shutdown(flushCtx))
	}()

	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	drainCtx, cancel := grace(ctx)
	defer cancel()
	if err := srv.Shutdown(drainCtx); err != nil {
		return fmt.Errorf("let requests finish: %w", err)
	}
	return nil
}

// grace gives the end of a run five seconds. ctx is done by then, so its
// cancellation is left behind; its values stay.
func grace(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}
