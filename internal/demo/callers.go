package demo

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"otel.workshop/internal/shop"
)

// A Request is one that a caller has sent. Its caller is a service of its own,
// so to speak, which has begun a sampled trace.
type Request struct {
	Act             int    // of the scenario, from 0
	Number          int    // within the act, from 0
	Path            string // "/orders/42"
	Start           time.Time
	Took            time.Duration // until the whole answer was there, or the caller gave up
	Status          int           // of the answer; 0: there was none
	Body            string        // of the answer, its first line
	HungUp          bool          // there was none in time: the caller has hung up
	TraceID, SpanID string        // that were sent as traceparent, in hexadecimal
}

// Callers are those that sent requests to one service.
type Callers struct{ Requests []Request } // by act and number

func (c *Callers) add(requests []Request) { c.Requests = append(c.Requests, requests...) }

func (c Callers) byTrace() map[string]Request {
	all := make(map[string]Request, len(c.Requests))
	for _, r := range c.Requests {
		all[r.TraceID] = r
	}
	return all
}

// Answered returns the requests that got an answer, whatever its status.
func (c Callers) Answered() []Request {
	return slices.DeleteFunc(slices.Clone(c.Requests), func(r Request) bool { return r.Status == 0 })
}

// Statuses counts the answers, by status.
func (c Callers) Statuses() map[int]int {
	n := map[int]int{}
	for _, r := range c.Answered() {
		n[r.Status]++
	}
	return n
}

// failures returns the kinds of bodies of the answers that tell of a failure.
func (c Callers) failures() []string {
	kinds := set{}
	for _, r := range c.Requests {
		if r.Status >= 400 {
			kinds[kind(r.Body)] = true
		}
	}
	return kinds.sorted()
}

// contents returns the kinds of bodies of the answers that tell of none.
func (c Callers) contents() []string {
	kinds := set{}
	for _, r := range c.Requests {
		if r.Status == 200 {
			kinds[kind(r.Body)] = true
		}
	}
	return kinds.sorted()
}

// HungUp counts the callers that did not wait for their answer.
func (c Callers) HungUp() int {
	n := 0
	for _, r := range c.Requests {
		if r.HungUp {
			n++
		}
	}
	return n
}

// Quantile returns how long a request took that is slower than this share of
// them, from 0 to 1. Those whose caller hung up count with their time. It is
// 0 when no request was sent.
func (c Callers) Quantile(q float64) time.Duration {
	if len(c.Requests) == 0 {
		return 0
	}
	all := make([]time.Duration, len(c.Requests))
	for i, r := range c.Requests {
		all[i] = r.Took
	}
	slices.Sort(all)
	return all[min(int(q*float64(len(all))), len(all)-1)]
}

// callers send the requests of one act.
type callers struct {
	act     int
	service *shop.Shop
	source  shop.Source
}

// send sends n requests, and returns when each has its answer or none.
func (c callers) send(ctx context.Context, act Act, n int) []Request {
	requests := make([]Request, n)
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range min(act.Callers, n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				waitUntil(ctx, began.Add(time.Duration(i)*act.Apart))
				requests[i] = c.sendOne(ctx, act, i)
			}
		})
	}
	all.Wait()
	return requests
}

// waitUntil returns at a time, or when ctx is done.
func waitUntil(ctx context.Context, at time.Time) {
	select {
	case <-time.After(time.Until(at)):
	case <-ctx.Done():
	}
}

func (c callers) sendOne(ctx context.Context, act Act, number int) Request {
	if act.Patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, act.Patience)
		defer cancel()
	}
	r := Request{Act: c.act, Number: number, Path: act.path(number, c.source), Start: time.Now()}
	response, err := c.service.Get(ctx, r.Path)
	r.Took = time.Since(r.Start)
	r.TraceID, r.SpanID = response.TraceID, response.SpanID
	if err == nil {
		r.Status = response.Status
		r.Body, _, _ = strings.Cut(strings.TrimSpace(response.Body), "\n")
	} else {
		r.HungUp = hung(err)
	}
	return r
}
