// Command shop runs the service on $ADDR (127.0.0.1:8080 when it is not set)
// until SIGINT or SIGTERM. It reads orders from $DATABASE_URL, and asks the
// payment API at $PAYMENTS_URL.
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	minimal "otel.workshop/solutions/01-minimal"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	orders, err := openOrders(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, orders.Close()) }()

	ln, err := net.Listen("tcp", cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	log.Printf("listening on http://%s", ln.Addr())
	payments := handlerspans.NewPayments(os.Getenv("PAYMENTS_URL"))
	return minimal.Run(ctx, ln, handlerspans.NewHandler(orders, payments))
}
