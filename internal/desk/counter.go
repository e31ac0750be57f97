package desk

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/collector"
	"otel.workshop/internal/shop"
)

// A Counter is where requests to a service are sent from: a step's own, or its
// solution. It builds the service when there is a request, not at every save,
// and keeps it running for the next one. Its methods may be called
// concurrently.
type Counter struct {
	root      string
	collector *collector.Collector
	bell      bell.Bell

	ops   sync.Mutex // held while the service starts or ends
	shop  *shop.Shop // guarded by ops and mu: to change it takes both
	world *shop.World
	quit  context.CancelFunc // ends the watch over the shop

	mu         sync.Mutex
	source     shop.Source
	stale      bool // the files have changed since the service was built
	closed     bool
	busy       string // what it is doing with the service, or ""
	trouble    error  // why it does not run, nil when nothing is wrong
	output     []string
	orders     []Order
	background sync.WaitGroup
}

// A Service is what a counter knows of its service at one moment.
type Service struct {
	Source  shop.Source // whose it is, or was; the zero Source before the first
	Running bool
	Stale   bool         // the files have changed since it was built
	Busy    string       // "building", that or "stopping" and more words, or ""
	URL     string       // "" when it does not run
	Trouble error        // why it does not run, as [shop.Shop.Start] says it, or nil
	Faults  []shop.Fault // what is wrong around it
	Output  []string     // the last lines that it printed, and what happened to it
	Notices []string     // about its last start
}

// outputLines is how many lines of a service's output a counter keeps.
const outputLines = 200

// newCounter makes a counter whose services send their telemetry to c.
func newCounter(root string, c *collector.Collector) *Counter {
	return &Counter{root: root, collector: c}
}

// changed says that the learner's files have changed: the next request is for
// a service that is built from them.
func (c *Counter) changed() { c.change(func() { c.stale = true }) }

// Service returns what is known now.
func (c *Counter) Service() Service {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Service{
		Source: c.source, Stale: c.stale && !c.source.Solution, Busy: c.busy, Trouble: c.trouble,
		Output: slices.Clone(c.output),
	}
	if c.shop != nil {
		if s.Running = c.shop.Running(); s.Running {
			s.URL = c.shop.URL()
		}
		s.Notices = c.shop.Notices()
	}
	if c.world != nil {
		s.Faults = c.world.On()
	}
	s.Faults = append(s.Faults, c.behind().Faults()...)
	return s
}

// Start builds a service and starts it, instead of the one that runs when that
// is another one. It does nothing when it runs already, from these files.
func (c *Counter) Start(ctx context.Context, source shop.Source) error {
	_, err := c.running(ctx, source)
	return err
}

// running returns a shop that runs the service of source.
func (c *Counter) running(ctx context.Context, source shop.Source) (*shop.Shop, error) {
	c.ops.Lock()
	defer c.ops.Unlock()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, context.Canceled
	}
	current, same, stale := c.shop, c.source == source, c.stale && !source.Solution
	c.stale = c.stale && source.Solution
	c.mu.Unlock()
	if current != nil && same && !stale && current.Running() {
		return current, nil
	}
	c.change(func() { c.busy, c.trouble = "building", nil })
	defer c.change(func() { c.busy = "" })
	var err error
	if current != nil && same && current.Running() {
		if _, err = current.Restart(ctx); err == nil {
			return current, nil
		}
	} else {
		c.end(ctx)
		if err = c.start(ctx, source); err == nil {
			return c.shop, nil
		}
	}
	c.end(ctx)
	c.change(func() { c.trouble = err })
	return nil, err
}

// start builds and starts a service, with what it needs. The caller holds ops.
func (c *Counter) start(ctx context.Context, source shop.Source) error {
	endpoint := "http://" + c.collector.HTTPAddr()
	var world *shop.World
	if !source.StandsAlone() {
		var err error
		world, err = shop.OpenWorld(ctx, shop.WorldOptions{Root: c.root, DatabaseURL: os.Getenv("DATABASE_URL"), Collector: endpoint,
			Waiting: func(doing string) { c.change(func() { c.busy = doing }) }})
		c.change(func() { c.busy = "building" })
		if err != nil {
			return err
		}
	}
	s := shop.New(shop.Options{Root: c.root, Source: source, CollectorEndpoint: endpoint, World: world, Output: c.print})
	watch, quit := context.WithCancel(context.Background())
	c.change(func() { c.shop, c.world, c.source, c.quit, c.output = s, world, source, quit, nil })
	c.background.Go(func() { c.watch(watch, s) })
	return s.Start(ctx)
}

// watch tells when a service ends by itself.
func (c *Counter) watch(ctx context.Context, s *shop.Shop) {
	for {
		select {
		case <-ctx.Done():
			return
		case ended := <-s.Exited():
			c.print(ended.String())
		}
	}
}

// Stop ends the service, and then what stands around it.
func (c *Counter) Stop(ctx context.Context) {
	c.ops.Lock()
	defer c.ops.Unlock()
	c.change(func() { c.busy, c.trouble = "stopping", nil })
	defer c.change(func() { c.busy = "" })
	if ended := c.end(ctx); ended.State != "" {
		c.print(ended.String())
	}
}

// end is Stop for who holds ops.
func (c *Counter) end(ctx context.Context) (ended shop.Ended) {
	if c.shop != nil {
		ended = c.shop.Stop(ctx)
		c.quit()
	}
	if c.world != nil {
		_ = c.world.Close(ctx) // all of it ends with this process, whatever it says
	}
	c.change(func() { c.shop, c.world = nil, nil })
	return ended
}

// behind is the collector, which stays when services come and go.
func (c *Counter) behind() shop.Behind { return shop.Behind{Backend: c.collector} }

// Set brings about something that is wrong around the service, or ends it. For
// a fault of the collector there need be no service; for others one has to run:
// what stands around it starts with it.
func (c *Counter) Set(f shop.Fault, on bool) error {
	if f.OfCollector() {
		err := c.behind().Set(f, on)
		c.change(func() {})
		return err
	}
	c.mu.Lock()
	world := c.world
	c.mu.Unlock()
	if world == nil {
		return fmt.Errorf("%s needs a service that has a database and a payment API around it: start that of step 02 or later", string(f))
	}
	err := world.Set(f, on)
	c.change(func() {})
	return err
}

// print keeps a line of the service's output.
func (c *Counter) print(line string) {
	c.change(func() {
		if len(c.output) == outputLines {
			c.output = slices.Delete(c.output, 0, 1)
		}
		c.output = append(c.output, line)
	})
}

// close ends everything, within two seconds.
func (c *Counter) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c.mu.Lock()
	c.closed = true
	current := c.shop
	c.mu.Unlock()
	if current != nil {
		current.Stop(ctx) // also a start that is under way
	}
	c.ops.Lock()
	defer c.ops.Unlock()
	c.end(ctx)
	c.background.Wait()
}

// Subscribe is [Desk.Subscribe] for a counter.
func (c *Counter) Subscribe() (changed <-chan struct{}, cancel func()) { return c.bell.Subscribe() }

func (c *Counter) change(how func()) {
	c.mu.Lock()
	how()
	c.mu.Unlock()
	c.bell.Ring()
}

// Ring wakes the subscribers: something that the service has to do with has
// changed.
func (c *Counter) Ring() { c.bell.Ring() }
