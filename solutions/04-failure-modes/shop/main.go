// Command shop runs the service on $ADDR (127.0.0.1:8080 when it is not set)
// until SIGINT or SIGTERM. It reads orders from $DATABASE_URL, and asks the
// payment API at $PAYMENTS_URL.
package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"

	failuremodes "otel.workshop/solutions/04-failure-modes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	url := os.Getenv("DATABASE_URL")
	if url == "" {
		return errors.New("DATABASE_URL is not set: go run . run 04 starts a database and sets it")
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	ln, err := net.Listen("tcp", cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	log.Printf("listening on http://%s", ln.Addr())
	return failuremodes.Run(ctx, ln, failuremodes.Config{
		DB:             db,
		PaymentsURL:    os.Getenv("PAYMENTS_URL"),
		PaymentTimeout: time.Second,
		FlushTimeout:   5 * time.Second,
		Log:            slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
}
