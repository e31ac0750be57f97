package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"otel.workshop/internal/database"
	"otel.workshop/internal/payments"
)

// addrs are where what stands around a service listens.
type addrs struct{ database, payments string }

// aroundAddrs stay the same, so that a debugger's configuration can name them.
var aroundAddrs = addrs{database: "127.0.0.1:8767", payments: "127.0.0.1:8766"}

// around starts what stands around a service, and leaves that to whoever wants
// to start it: in a debugger, with a profiler, by hand. What it sends is on the
// page. It ends with Ctrl-C.
func (w *workshop) around(ctx context.Context, at addrs) (err error) {
	s, err := w.session()
	if err != nil {
		return err
	}
	d, server, err := w.openPage(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.closeDesk(d)) }()
	defer server.Close()
	endpoint := "http://" + d.Collector().HTTPAddr()

	orders, err := database.Start(ctx, database.Options{Root: s.Root(), Addr: at.database, Waiting: func(doing string) { w.warn("The workshop is " + doing + ".") }})
	if err != nil {
		return fmt.Errorf("%w\nIf another go run . run --around holds its port, end that", err)
	}
	defer func() { err = errors.Join(err, orders.Close()) }()
	api, err := payments.Start(ctx, payments.Options{Addr: at.payments, Collector: endpoint})
	if err != nil {
		return fmt.Errorf("%w\nIf another go run . run --around holds its port, end that", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		err = errors.Join(err, api.Close(ctx))
	}()

	if err := w.printf(`All but the service is there. Start that yourself, with

  DATABASE_URL=%s
  PAYMENTS_URL=%s
  OTEL_EXPORTER_OTLP_ENDPOINT=%s

What it sends is on this page; Ctrl-C ends it.

  %s

`, orders.URL(), api.URL(), endpoint, server.Address()+"/live"); err != nil {
		return err
	}
	<-ctx.Done()
	return errInterrupted
}
