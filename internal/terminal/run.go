package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/report/hang"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/watch"
)

// RunOptions say what to run, and in which surroundings.
type RunOptions struct {
	Source      shop.Source
	DatabaseURL string       // a PostgreSQL to use instead of the embedded one, or ""
	Collector   string       // the base URL of a collector to use instead of our own, or ""
	Env         []string     // more of the service's environment, as "NAME=value"
	Faults      []shop.Fault // what is wrong from the beginning
	Width       func() int   // of the terminal, asked for whenever something is drawn; nil: it stays what Look says
	Columns     func() int   // that a line of the service's may take before it is folded; nil, or 0: as many as it has
	Input       io.Reader    // names of faults to switch on or off, a line each; nil: nobody types

	Forward *forward.Forwarder // gets what our collector receives, and is closed in the end; nil: nobody does
	Outside loopback.Outside   // under which names a browser elsewhere may send to our collector
}

// Run runs a service until ctx is done, with a collector, a database and the
// payment API around it: it prints each trace that arrives, metrics when they
// change, and what the service itself prints. A learner's own service is
// restarted at every save. At the end it is asked to stop, and what its last
// flush brought is told.
func Run(ctx context.Context, root string, o RunOptions, look Look, w io.Writer) (err error) {
	r := &runner{look: look, width: o.Width, source: o.Source, out: w}
	defer func() { r.closeForwarder(o.Forward) }()
	endpoint := o.Collector
	var backend shop.Backend
	if endpoint == "" {
		c, err := openCollector(ctx, o)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeCollector(c)) }()
		r.collector, r.feed, endpoint, backend = c, NewFeed(c.Store()), "http://"+c.HTTPAddr(), c
		r.refused = refusals{store: c.Store()}
		for _, n := range c.Notices() {
			r.warn(n)
		}
		if r.forwards.forwarder = o.Forward; o.Forward != nil {
			r.print(look.prose(Forwards(o.Forward), 0))
		}
	} else {
		r.warn("OTEL_EXPORTER_OTLP_ENDPOINT is set: telemetry goes to " + printable.Text(endpoint) + ", and is not drawn here. Unset it to see it here")
		if o.Forward != nil {
			r.warn("So nothing comes here that could be forwarded to " + printable.Text(o.Forward.Endpoint()) + ": unset OTEL_EXPORTER_OTLP_ENDPOINT for that")
		}
	}
	if r.world, err = shop.OpenWorld(ctx, shop.WorldOptions{
		Root: root, DatabaseURL: o.DatabaseURL, Collector: endpoint, Backend: backend, Alone: o.Source.StandsAlone(),
		Waiting: func(doing string) { r.print(look.dim(sentence(doing))) },
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.closeWorld()) }()
	if !r.world.Embedded() {
		r.warn("DATABASE_URL is set: the orders are read from " + r.world.Database())
	}
	for _, f := range o.Faults {
		if err := r.world.Set(f, true); err != nil {
			return err
		}
	}
	r.shop = shop.New(shop.Options{
		Root: root, Source: o.Source, CollectorEndpoint: endpoint, World: r.world, Env: o.Env,
		Output: func(line string) { r.print(outputLine(line, o.Columns, look)) },
	})
	return r.run(ctx, root, typed(ctx, o.Input))
}

// outputLine draws a line that the service has printed, folded between words.
func outputLine(line string, columns func() int, look Look) string {
	const margin = "  │ "
	width := 0 // no limit: a file can be searched, line by line
	if columns != nil {
		if n := columns(); n > 0 {
			width = max(n-ansi.StringWidth(margin), 20)
		}
	}
	lines := hang.Code(line, width)
	for i := range lines {
		lines[i] = look.dim(margin) + lines[i]
	}
	return strings.Join(lines, "\n")
}

// A runner is one service that runs.
type runner struct {
	look      Look
	width     func() int
	source    shop.Source
	collector *collector.Collector // nil when telemetry goes elsewhere, as is feed
	feed      *Feed
	refused   refusals
	forwards  forwarding
	world     *shop.World // nil when it is closed
	shop      *shop.Shop
	greeted   bool // it was said how to call the service

	mu  sync.Mutex // for out: the service prints at any time
	out io.Writer
	err error // of out
}

func (r *runner) run(ctx context.Context, root string, lines <-chan string) error {
	var saves <-chan struct{}
	ownFiles := !r.source.Solution && r.source.Variant == nil
	if ownFiles {
		watcher, err := watch.Start(ctx, filepath.Join(root, "steps", r.source.Step))
		if err != nil {
			return fmt.Errorf("watch the step's files: %w", err)
		}
		if n := watcher.Notice(); n != "" {
			r.print(n)
		}
		saves = watcher.Changes()
	}
	r.print(r.look.dim("Building " + r.source.String() + " …"))
	running := true
	if err := r.shop.Start(ctx); err != nil {
		if running = false; ctx.Err() == nil && (!ownFiles || !r.tell(err)) {
			return err
		}
	}
	if running {
		r.greet(ownFiles)
	}

	var changed <-chan struct{}
	if r.collector != nil {
		c, cancel := r.collector.Store().Subscribe()
		defer cancel()
		changed = c
	}
	sent, cancel := r.forwards.changed()
	defer cancel()
	tick := time.NewTicker(settled)
	defer tick.Stop()
	for ctx.Err() == nil && r.failure() == nil {
		select {
		case <-ctx.Done():
		case <-changed:
		case <-sent:
		case <-tick.C:
		case ended := <-r.shop.Exited():
			running = false
			r.print(r.look.paint(report.Red, r.look.prose(sentence(ended.String()), 0)))
			if !ownFiles {
				return errors.New("the service has ended by itself; its last words are above")
			}
			r.print(r.look.dim("Save a file to start it again."))
		case <-saves:
			r.restart(ctx, &running)
		case line := <-lines:
			r.toggle(line)
		}
		r.news(false)
	}
	r.stop()
	return r.failure()
}

// greet says how to call the service, and what to expect.
func (r *runner) greet(ownFiles bool) {
	r.greeted = true
	for _, n := range r.shop.Notices() {
		r.warn(n)
	}
	if len(r.world.On()) > 0 {
		r.tellFaults()
	}
	text := "Spans arrive within five seconds of their end (step 4, as it begins, sends each at once); a trace that lacks a part waits six seconds for it. Metrics arrive every ten." +
		" Here, in this terminal, type the name of a fault, and Enter, to switch it on or off: " + faultNames(r.source) + "."
	if ownFiles {
		text += " A save restarts the service."
	}
	r.print("\n" + r.look.bold(r.source.String()) + " runs. Call it from another terminal:\n\n  curl " + r.shop.URL() + r.source.Path() + "\n\n" +
		r.look.dim(r.look.prose(text+" Ctrl-C ends it.", 0)))
}

// restart puts the saved files into effect. What does not compile leaves the
// service as it is.
func (r *runner) restart(ctx context.Context, running *bool) {
	ended, err := r.shop.Restart(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		var broken *shop.BuildError
		*running = *running && errors.As(err, &broken)
		switch told := r.tell(err); {
		case !told:
			r.print(err.Error())
		case *running:
			r.print(r.look.dim("The service from before runs on."))
		}
		return
	}
	if ended.Killed {
		r.warn(ended.String())
	}
	*running = true
	if !r.greeted {
		r.greet(true)
		return
	}
	r.print(r.look.paint(report.Green, "✓") + " restarted with your changes: " + r.shop.URL())
}

// tell prints an error that a save can mend, and reports whether it is one.
func (r *runner) tell(err error) bool {
	var broken *shop.BuildError
	var start *shop.StartError
	switch {
	case errors.As(err, &broken):
		r.print("\n" + r.look.paint(report.Red, "✎") + " " + r.look.bold(broken.Source.String()+" does not compile") + "\n\n" + r.look.code(printable.Text(broken.Messages), 4) + "\n")
	case errors.As(err, &start):
		r.print("\n" + r.look.paint(report.Red, "!") + " " + r.look.prose(start.Error(), 2)[2:] + "\n")
	default:
		return false
	}
	return true
}

// stop ends the service and what stands around it, and tells what came in the
// service's last flush.
func (r *runner) stop() {
	var before collector.Stats
	if r.collector != nil {
		before = r.collector.Store().Stats()
	}
	ended := r.shop.Stop(context.Background()) // it has a limit of its own
	if ended.State == "" {
		return
	}
	if r.collector == nil {
		r.print("\n" + r.look.prose(sentence(ended.String()), 0))
		return
	}
	after := r.collector.Store().Stats()
	if err := r.closeWorld(); err != nil { // it has spans of its own, which belong to the service's traces
		r.print(err.Error())
	}
	r.news(true)
	spans, points := after.Spans-before.Spans, after.DataPoints-before.DataPoints
	text := fmt.Sprintf("The last flush brought %s and %s.", count(spans, "span"), count(points, "data point"))
	if spans == 0 && points == 0 {
		text = "The last flush brought nothing."
	}
	r.print("\n" + r.look.prose(sentence(ended.String())+" "+text, 0))
}

// closeWorld ends what stands around the service.
func (r *runner) closeWorld() error {
	if r.world == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := r.world.Close(ctx)
	r.world = nil
	return err
}

// news prints what has become ready to show; everything, when there won't be
// more.
func (r *runner) news(everything bool) {
	if r.feed == nil {
		return
	}
	if r.width != nil {
		r.look.Width = r.width()
	}
	for _, text := range r.refused.news(r.look) {
		r.print(text)
	}
	for _, text := range r.forwards.news(r.look) {
		r.print(text)
	}
	for _, text := range r.feed.News(time.Now(), everything, r.look) {
		r.print("\n" + text)
	}
}

func (r *runner) warn(notice string) {
	r.print(r.look.paint(report.Yellow, r.look.prose(sentence(notice), 0)))
}

func (r *runner) print(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	if _, err := io.WriteString(r.out, text+"\n"); err != nil {
		r.err = fmt.Errorf("print: %w", err)
	}
}

func (r *runner) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
