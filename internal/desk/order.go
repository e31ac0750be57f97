package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"otel.workshop/internal/shop"
	"otel.workshop/internal/waterfall"
)

// An Order is one request that was sent, and what came of it.
type Order struct {
	Source   shop.Source
	URL      string // what was asked for; "" when the service did not even start
	Response shop.Response
	Err      error
	HungUp   bool      // we did not wait for the answer
	End      time.Time // when it was over
}

// ordersKept is how many of the latest a counter remembers.
const ordersKept = 200

// Get sends a request to the service of a source, which it starts when needed.
// It returns how that went; an error is in it.
func (c *Counter) Get(ctx context.Context, source shop.Source) Order {
	return c.order(ctx, source, 0)
}

// HangUp is Get by somebody who does not wait for an answer longer than
// patience.
func (c *Counter) HangUp(ctx context.Context, source shop.Source, patience time.Duration) Order {
	return c.order(ctx, source, patience)
}

func (c *Counter) order(ctx context.Context, source shop.Source, patience time.Duration) Order {
	o := Order{Source: source}
	s, err := c.running(ctx, source)
	if err != nil {
		o.Err, o.End = err, time.Now()
		return o
	}
	o.URL = s.URL() + source.Path()
	request := ctx
	if patience > 0 {
		var cancel context.CancelFunc
		request, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	began := time.Now()
	o.Response, o.Err = s.Get(request, source.Path())
	o.End = time.Now()
	if o.Err != nil && patience > 0 && ctx.Err() == nil && errors.Is(request.Err(), context.DeadlineExceeded) {
		o.Err, o.HungUp = nil, true
		o.Response.Took = o.End.Sub(began)
	}
	if o.Err != nil && ctx.Err() == nil {
		c.changed() // whatever it is, a fresh start is the better second try
	}
	c.change(func() {
		if len(c.orders) == ordersKept {
			c.orders = slices.Delete(c.orders, 0, 1)
		}
		c.orders = append(c.orders, o)
	})
	return o
}

// Orders returns the latest requests, the newest first.
func (c *Counter) Orders() []Order {
	c.mu.Lock()
	defer c.mu.Unlock()
	orders := slices.Clone(c.orders)
	slices.Reverse(orders)
	return orders
}

// Caller is the request as it was sent. Nobody exports it; it is drawn as the
// caller of a service that goes on with its trace.
func (o Order) Caller() waterfall.Span {
	return waterfall.Span{
		TraceID: o.Response.TraceID, SpanID: o.Response.SpanID, Name: "your request", Kind: "client", Service: "workshop",
		Start: o.End.Add(-o.Response.Took), End: o.End,
	}
}
