// Command shop runs the service on $ADDR (127.0.0.1:8080 when it is not set)
// until SIGINT or SIGTERM.
package main

import (
	"cmp"
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	minimal "otel.workshop/solutions/01-minimal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	ln, err := net.Listen("tcp", cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8080"))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on http://%s", ln.Addr())
	if err := minimal.Run(ctx, ln, minimal.NewHandler()); err != nil {
		log.Fatal(err)
	}
}
