package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/waterfall"
)

// requested is how a request to the learner's service went.
type requested struct {
	step     string
	url      string
	response shop.Response
	err      error
}

// telemetryTime is how long after a request its telemetry is looked for: the
// batch takes up to five seconds, the metrics up to ten.
const telemetryTime = 12 * time.Second

// send builds and starts the step's service when needed, and sends it a request.
func (m *model) send() {
	m.flash = "sending a request …"
	step := m.check.Step
	m.background.Go(func() {
		response, url, err := m.counter.get(m.ctx, step)
		if m.ctx.Err() == nil {
			m.tell(requested{step, url, response, err})
		}
	})
}

func (m *model) requested(e requested) {
	m.flash = ""
	var broken *shop.BuildError
	switch {
	case errors.As(e.err, &broken):
		m.say(m.look.paint(report.Red, "✎") + " " + m.look.bold(broken.Source.String()+" does not compile") + "\n\n" + m.look.code(printable.Text(broken.Messages), 4))
		return
	case e.err != nil:
		m.say(m.look.prose(sentence(e.err.Error()), 0))
		return
	}
	if m.watch.IsZero() {
		m.heard = false
		m.feed = NewFeed(m.collector.Store()) // what came in between is not about this request
	}
	m.watch = time.Now().Add(telemetryTime)
	m.feed.Caller(e.response.TraceID, clientSpan(e.response, time.Now()))
	m.say(m.look.bold("GET "+e.url) + m.look.dim(fmt.Sprintf("  answered %d %s", e.response.Status, printable.Text(firstLine(e.response.Body)))) +
		"\n" + m.look.dim(m.look.prose("If the service has set up its providers, spans arrive within five seconds, metrics within ten.", 2)))
}

// silence says that a request has brought nothing, and which check makes it so.
func (m *model) silence() string {
	text := "No provider of your service has sent anything."
	for _, id := range []string{"providers-global", "plain-http-by-default"} {
		for _, res := range m.report.Results {
			if res.Check.ID == id && res.Outcome != grader.Pass {
				return text + " Check " + res.Check.Number + " " + id + " changes that."
			}
		}
	}
	return text
}

// clientSpan is the request as the workshop saw it. Nobody exports it; it is
// drawn as the caller of a service that goes on with the trace.
func clientSpan(r shop.Response, end time.Time) waterfall.Span {
	return waterfall.Span{
		TraceID: r.TraceID, SpanID: r.SpanID, Name: "your request", Kind: "client", Service: "workshop",
		Start: end.Add(-r.Took), End: end,
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// A counter is where requests to the learner's service are sent from. It
// builds the service when there is a request, not at every save.
type counter struct {
	root     string
	endpoint string

	mu    sync.Mutex // for one request at a time
	shop  *shop.Shop
	world *shop.World // nil when the step's service needs none
	step  string

	staleMu sync.Mutex
	stale   bool
}

func newCounter(root string, c *collector.Collector) *counter {
	return &counter{root: root, endpoint: "http://" + c.HTTPAddr()}
}

// changed says that the files have changed since the service was built.
func (c *counter) changed() {
	c.staleMu.Lock()
	defer c.staleMu.Unlock()
	c.stale = true
}

func (c *counter) wasStale() bool {
	c.staleMu.Lock()
	defer c.staleMu.Unlock()
	stale := c.stale
	c.stale = false
	return stale
}

// get sends a request to the service of a step, and returns its answer and what
// was asked for.
func (c *counter) get(ctx context.Context, step string) (shop.Response, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shop != nil && c.step != step {
		c.end(ctx)
	}
	source := shop.Source{Step: step}
	stale := c.wasStale()
	var err error
	switch {
	case c.shop == nil:
		c.step = step
		err = c.start(ctx, source)
	case stale:
		_, err = c.shop.Restart(ctx)
	}
	if err != nil {
		c.end(ctx)
		return shop.Response{}, "", err
	}
	r, err := c.shop.Get(ctx, source.Path())
	if err != nil {
		c.changed() // whatever it is, a fresh start is the better second try
	}
	return r, c.shop.URL() + source.Path(), err
}

func (c *counter) start(ctx context.Context, source shop.Source) (err error) {
	if !source.StandsAlone() {
		c.world, err = shop.OpenWorld(ctx, shop.WorldOptions{DatabaseURL: os.Getenv("DATABASE_URL"), Collector: c.endpoint})
		if err != nil {
			return err
		}
	}
	c.shop = shop.New(shop.Options{Root: c.root, Source: source, CollectorEndpoint: c.endpoint, World: c.world})
	return c.shop.Start(ctx)
}

// end ends the service, and then what stands around it.
func (c *counter) end(ctx context.Context) {
	if c.shop != nil {
		c.shop.Stop(ctx)
	}
	if c.world != nil {
		_ = c.world.Close(ctx) // all of it ends with this process, whatever it says
	}
	c.shop, c.world = nil, nil
}

// close ends everything.
func (c *counter) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c.end(ctx)
}
