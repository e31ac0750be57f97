// Package failuremodes is the whole service: the providers of step 1, a handler
// as in step 2, and the store of step 3. It works on most days.
package failuremodes

import (
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Config is what the service has to be given. All of it is needed.
type Config struct {
	DB             *sql.DB       // with the orders; the caller closes it
	PaymentsURL    string        // of the payment API
	PaymentTimeout time.Duration // how long its answer may take
	FlushTimeout   time.Duration // how long the last telemetry may take to leave
	Log            *slog.Logger  // what there is to tell when telemetry can't be sent
}

// Run sets telemetry up and serves on ln until ctx is done.
func Run(ctx context.Context, ln net.Listener, cfg Config) error {
	traces, err := setUp(ctx, cfg.Log)
	if err != nil {
		cfg.Log.Warn("no telemetry today", "error", err)
	}

	handler, err := NewHandler(cfg, NewReceipts(cfg.Log, 3*time.Second))
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go srv.Serve(ln)

	<-ctx.Done()
	if traces != nil {
		if err := traces.Shutdown(ctx); err != nil {
			return err
		}
	}
	return srv.Shutdown(ctx)
}
