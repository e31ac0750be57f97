package demo

import (
	"context"
	"errors"
	"net"
	"runtime"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/shop"
)

// A performance is one service in a scenario, from its build to its end.
type performance struct {
	root, name string
	source     shop.Source
	scenario   Scenario
	builds     *Builds
	shared     *collector.Collector // see [Options]
	progress   func(string)

	world    *world
	services []*shop.Shop // the service, or its replicas
	side     Side
}

// run builds the service, sends it the requests of all acts, ends it, and
// counts what has arrived.
func (p *performance) run(ctx context.Context) (side Side, err error) {
	p.side.Name = p.name
	p.progress("building " + p.source.String())
	built, err := p.builds.get(ctx, p.source)
	if err != nil {
		return Side{}, err
	}
	began := time.Now()
	if p.world, err = openWorld(ctx, p.root, p.source, p.scenario.Reach, p.shared, p.progress); err != nil {
		return Side{}, err
	}
	defer func() { err = errors.Join(err, p.world.close()) }()
	for _, replica := range p.scenario.replicas() {
		service := shop.New(shop.Options{
			Root: p.root, Source: p.source, Built: built, Addr: "127.0.0.1:0",
			CollectorEndpoint: p.world.endpoint(), World: p.world.shop,
			Env: replica.Env, Host: replica.Host,
		})
		defer service.Stop(ctx) // on an error; otherwise it has ended
		p.services = append(p.services, service)

		err = service.Start(ctx)
		if errors.As(err, &p.side.StartErr) {
			err = nil // its callers will see it too
		}
		if err != nil {
			return Side{}, err
		}
	}
	p.progress("sending requests")
	for i := range p.scenario.Acts {
		if err := p.perform(ctx, i); err != nil {
			return Side{}, err
		}
	}
	if err := p.end(ctx); err != nil {
		return Side{}, err
	}
	if err := p.world.close(); err != nil {
		return Side{}, err
	}
	store := view{p.world.collector.Store(), began}
	p.side.Telemetry = received(store, p.side.Callers)
	p.side.Drawn = draw(store, p.side.Callers, p.scenario)
	return p.side, nil
}

// perform sends the requests of an act.
func (p *performance) perform(ctx context.Context, number int) error {
	act := p.scenario.Acts[number]
	if err := p.world.suffer(act.Faults); err != nil {
		return err
	}
	c := callers{act: number, service: p.services[act.Replica], source: p.source}
	n := act.requests(p.source.StandsAlone())
	if act.IntoTheEnd && p.world.shop != nil {
		p.intoTheEnd(ctx, n, func() []Request { return c.send(ctx, act, n) })
	} else {
		p.side.Callers.add(c.send(ctx, act, n))
	}
	return context.Cause(ctx)
}

// intoTheEnd ends the service while the payment API keeps n requests waiting,
// or when there is nothing more to wait for.
func (p *performance) intoTheEnd(ctx context.Context, n int, send func() []Request) {
	sent := make(chan struct{})
	var requests []Request
	go func() {
		defer close(sent)
		requests = send()
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for waiting := true; waiting && p.world.shop.PaymentsWaiting() < n; {
		select {
		case <-sent:
			waiting = false
		case <-ctx.Done():
			waiting = false
		case <-tick.C:
		}
	}
	p.stop(ctx)
	<-sent
	p.side.Callers.add(requests)
}

// end ends the service, if it has not ended yet.
func (p *performance) end(ctx context.Context) error {
	if p.side.Ended.State != "" {
		return nil
	}
	if runtime.GOOS == "windows" { // where it can't be asked to flush
		select {
		case <-time.After(readerInterval):
		case <-ctx.Done():
		}
	}
	p.stop(ctx)
	return context.Cause(ctx)
}

// readerInterval is how often the services send their metrics, and a moment.
const readerInterval = 11 * time.Second

func (p *performance) stop(ctx context.Context) {
	if p.scenario.Reach == Stalling {
		p.world.spoiler.Hang(false)
	}
	p.progress("SIGTERM")
	for _, service := range p.services {
		p.side.Ended = service.Stop(ctx)
		if p.scenario.Twice {
			requests, _ := Telemetry{Metrics: p.world.collector.Store().Metrics()}.Histogram(httpDuration)
			p.side.Counted = append(p.side.Counted, requests.Count)
		}
	}
}

// hung reports whether an error is a time limit of ours.
func hung(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
