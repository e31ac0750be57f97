package terminal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
)

// Forwards says in a sentence to whom a collector forwards.
func Forwards(f *forward.Forwarder) string {
	return "All telemetry that arrives is also sent on, to " + printable.Text(f.Endpoint()) + "."
}

// forwarding tells how forwarding goes, once for each change.
type forwarding struct {
	forwarder *forward.Forwarder // nil when nothing is forwarded
	teller    forward.Teller
}

// news returns what is new since the last call.
func (f *forwarding) news(look Look) (texts []string) {
	if f.forwarder == nil {
		return nil
	}
	for _, n := range f.teller.News(f.forwarder.Stats()) {
		text := look.prose(printable.Text(n.Text), 0)
		if n.Bad {
			text = look.paint(report.Yellow, text)
		}
		texts = append(texts, text)
	}
	return texts
}

// brief says how it goes in a few words, or nothing.
func (f *forwarding) brief() string {
	if f.forwarder == nil {
		return ""
	}
	return printable.Text(f.forwarder.Stats().Brief())
}

// changed returns a channel that has a value when there may be news; nil, which
// never has, when nothing is forwarded.
func (f *forwarding) changed() (changed <-chan struct{}, cancel func()) {
	if f.forwarder == nil {
		return nil, func() {}
	}
	return f.forwarder.Subscribe()
}

// followForwarding takes the news of forwarding, until ctx is done.
func followForwarding(ctx context.Context, d *desk.Desk, look Look, take func(any)) {
	f := forwarding{forwarder: d.Forwarder()}
	sent, cancel := f.changed()
	defer cancel()
	for {
		for _, text := range f.news(look) {
			take(desk.Noticed{Text: text})
		}
		select {
		case <-ctx.Done():
			return
		case <-sent:
		}
	}
}

// openCollector starts a collector that forwards, if options say so.
func openCollector(ctx context.Context, o RunOptions) (*collector.Collector, error) {
	with := collector.Options{Outside: o.Outside}
	if o.Forward != nil { // or there would be one, which is nil
		with.Forward = o.Forward
	}
	c, err := collector.Start(with)
	if err != nil {
		return nil, fmt.Errorf("start the collector: %w", err)
	}
	if o.Forward == nil {
		return c, nil
	}
	if err := o.Forward.CheckLoop(ctx, c.HTTPAddr(), c.GRPCAddr()); err != nil {
		return nil, errors.Join(err, closeCollector(c))
	}
	return c, nil
}

// closeForwarder lets a forwarder send what waits, for a moment, and says what
// has become of everything. The collector has to be closed.
func (r *runner) closeForwarder(f *forward.Forwarder) {
	if f == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	f.Close(ctx)
	if s := f.Stats(); r.forwards.forwarder != nil && s.Sent+s.Dropped > 0 {
		r.print(r.look.prose(printable.Text("Forwarded to "+s.Endpoint+": "+s.String()+"."), 0))
	}
}
