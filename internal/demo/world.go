package demo

import (
	"context"
	"errors"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/proxy"
	"otel.workshop/internal/shop"
)

// world is everything that stands around a service.
type world struct {
	collector *collector.Collector
	shared    bool         // the collector is somebody else's, and stays
	spoiler   *proxy.Proxy // between service and collector; nil when that is as it should be
	shop      *shop.World  // nil for a service that stands alone
}

// keep is how much a side's collector keeps: all of it.
var keep = collector.Limits{Traces: 20_000}

// defaultAddr is where exporters look for a collector by themselves.
const defaultAddr = "127.0.0.1:4318"

// ErrDefaultTaken is the error of a scenario that needs a port which another
// program holds.
var ErrDefaultTaken = errors.New("port 4318 is taken, and this scenario is about a service that is told nothing of its collector: end what holds the port (another terminal's go run ., or docker compose down), then try again")

// openWorld starts what stands around a service.
func openWorld(ctx context.Context, root string, source shop.Source, reach Reach, shared *collector.Collector, progress func(string)) (w *world, err error) {
	w = new(world)
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	addr := "127.0.0.1:0"
	if reach == ByDefault {
		addr = defaultAddr
	}
	if w.shared = reach == ByDefault && shared != nil; w.shared {
		w.collector = shared
	} else if w.collector, err = collector.Start(collector.Options{HTTPAddr: addr, GRPCAddr: "127.0.0.1:0", Limits: keep}); err != nil {
		return w, err
	}
	if reach == ByDefault && w.collector.HTTPAddr() != defaultAddr {
		return w, ErrDefaultTaken
	}
	if reach == Refused || reach == Hanging || reach == Stalling {
		if w.spoiler, err = proxy.Start(w.collector.HTTPAddr(), proxy.Options{}); err != nil {
			return w, err
		}
		w.spoiler.Down(reach == Refused)
		w.spoiler.Hang(reach == Hanging || reach == Stalling)
	}
	if !source.StandsAlone() {
		// The payment API reaches the collector in any case: it is somebody
		// else's service.
		if w.shop, err = shop.OpenWorld(ctx, shop.WorldOptions{Root: root, Collector: "http://" + w.collector.HTTPAddr(), Waiting: progress}); err != nil {
			return w, err
		}
	}
	return w, nil
}

// endpoint is where the service is told to send its telemetry.
func (w *world) endpoint() string {
	addr := w.collector.HTTPAddr()
	if w.spoiler != nil {
		addr = w.spoiler.Addr()
	}
	return "http://" + addr
}

// suffer makes exactly these faults be there.
func (w *world) suffer(faults []shop.Fault) error {
	if w.shop == nil {
		return nil
	}
	var errs []error
	for _, f := range w.shop.On() {
		errs = append(errs, w.shop.Set(f, false))
	}
	for _, f := range faults {
		errs = append(errs, w.shop.Set(f, true))
	}
	return errors.Join(errs...)
}

// close ends all of it. What the payment API has recorded is flushed first. It
// may be called more than once.
func (w *world) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var errs []error
	if w.shop != nil {
		errs = append(errs, w.shop.Close(ctx))
		w.shop = nil
	}
	if w.spoiler != nil {
		errs = append(errs, w.spoiler.Close())
		w.spoiler = nil
	}
	if w.collector != nil && !w.shared {
		errs = append(errs, w.collector.Close(ctx))
	}
	return errors.Join(errs...)
}
