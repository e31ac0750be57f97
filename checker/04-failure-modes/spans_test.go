package failuremodes_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// Every span should end when what it stands for does, whatever becomes of that.
func TestSpanEndsOnEveryPath(t *testing.T) {
	const patience = 60 * time.Millisecond
	d := newDesk(t, patience)
	quick := failuremodes.NewReceipts(d.log.logger(), patience)
	slow := failuremodes.NewReceipts(d.log.logger(), 10*time.Second)
	ctx := t.Context()
	receipt := func(r *failuremodes.Receipts, deliver func(context.Context) error) {
		ctx, answered := context.WithCancel(ctx)
		defer answered()
		r.Send(ctx, 42, deliver)
	}
	var early atomic.Bool // a span has ended while its receipt was being delivered
	paths := []struct {
		what    string
		receipt bool // leaves a receipt to be sent
		take    func()
	}{
		{"an order is found", true, func() { d.get(ctx, known) }},
		{"there is no such order", false, func() { d.get(ctx, unknown) }},
		{"no order has that number", false, func() { d.get(ctx, "0"); d.get(ctx, "-1") }},
		{"the order can't be read", false, func() { d.get(ctx, broken) }},
		{"reading it panics", false, func() { d.get(ctx, panics) }},
		{"its caller leaves", false, func() {
			short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			d.get(short, unhurried)
		}},
		{"the payment API fails", false, func() { d.payments.fails.Store(true); d.get(ctx, known); d.payments.fails.Store(false) }},
		{"the payment API hangs", false, func() {
			short, cancel := context.WithTimeout(ctx, 5*patience) // if nothing else ends it
			defer cancel()
			d.payments.take(time.Minute)
			d.get(short, known)
			d.payments.take(0)
		}},
		{"a receipt is delivered", true, func() {
			receipt(quick, func(context.Context) error {
				time.Sleep(patience / 5) // the request has its answer by then
				return nil
			})
		}},
		{"a receipt takes its time", true, func() {
			delivered := make(chan struct{})
			receipt(slow, func(context.Context) error {
				defer close(delivered)
				for end := time.Now().Add(patience); time.Now().Before(end) && !early.Load(); time.Sleep(5 * time.Millisecond) {
					_, open := recorder.Named(d.rec.Unended(), "receipt.send")
					early.Store(!open && d.receiptSpans() > 0)
				}
				return nil
			})
			select {
			case <-delivered:
			case <-time.After(2 * time.Second):
			}
		}},
		{"a receipt fails", true, func() { receipt(quick, func(context.Context) error { return errors.New("no such address") }) }},
		{"a receipt takes too long", true, func() {
			receipt(quick, func(ctx context.Context) error {
				select {
				case <-ctx.Done():
				case <-time.After(4 * patience):
				}
				return ctx.Err()
			})
		}},
	}
	want := [][]string{{"when", "its spans"}}
	left := make([]tracetest.SpanStubs, len(paths))
	for i, p := range paths {
		before := d.receiptSpans()
		p.take()
		for end := time.Now().Add(250 * time.Millisecond); p.receipt && d.receiptSpans() == before && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		left[i] = d.open(250*time.Millisecond, slices.Concat(left[:i]...))
		want = append(want, []string{p.what, "end"})
	}
	late := d.open(time.Second, nil) // on a busy machine some take their time
	got := [][]string{want[0]}
	fn := any((*failuremodes.Receipts).Send)
	for i, p := range paths {
		row := []string{p.what, "end"}
		if open := names(left[i], late); open != nil {
			row[1] = "stay open: " + strings.Join(open, ", ")
			if slices.ContainsFunc(open, func(name string) bool { return name != "receipt.send" }) {
				fn = failuremodes.NewHandler
			}
		} else if p.what == "a receipt takes its time" && early.Load() {
			row[1] = "end before it: receipt.send"
		}
		got = append(got, row)
	}
	short := endsEarly(d.rec.Spans())
	if short && got[1][1] == "end" {
		got[1][1], fn = "end before it: load order", failuremodes.NewHandler
	}
	f := recorder.At(fn, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if f.Got == f.Want {
		if len(d.rec.Spans()) > 0 {
			return
		}
		f.Got = "no span at all"
	}
	f.Cause = "A span without an end is never exported: what takes such a path is missing from the traces, just when somebody looks\nfor it. defer span.End(), right below Start, ends it on each way out; in a goroutine, the goroutine defers it."
	if len(late) == 0 && short {
		f.Cause = "The span ends before the query that it stands for: its bar is too short, and an error that it is told later is lost\nwithout a word. A helper that starts a span can't defer its End, which would be the end of the helper."
	}
	if len(late) == 0 && early.Load() && !d.endsWithSend(slow, patience) {
		f.Cause = "The request has its answer, so its context is done; there the goroutine gives up, and its span ends while the receipt is\nstill being delivered. A span ends with the work that it stands for."
	} else if len(late) == 0 && early.Load() {
		f.Cause = "The span ends when Send returns, and the receipt is only then on its way. What it records after that, its error\namong it, is lost without a word. The goroutine defers span.End(), not the function that starts it."
	}
	recorder.Fail(t, f)
}

// endsWithSend reports whether the span of a receipt ends before the receipt is
// delivered although its request goes on.
func (d *desk) endsWithSend(r *failuremodes.Receipts, patience time.Duration) bool {
	before := d.receiptSpans()
	ended := make(chan bool, 1)
	r.Send(context.Background(), 42, func(context.Context) error {
		early := false
		for end := time.Now().Add(patience); time.Now().Before(end) && !early; time.Sleep(5 * time.Millisecond) {
			_, open := recorder.Named(d.rec.Unended(), "receipt.send")
			early = !open && d.receiptSpans() > before
		}
		ended <- early
		return nil
	})
	select {
	case early := <-ended:
		return early
	case <-time.After(2 * time.Second):
		return true
	}
}

// endsEarly reports whether a span "load order" has ended before its query.
func endsEarly(spans tracetest.SpanStubs) bool {
	return slices.ContainsFunc(spans, func(query tracetest.SpanStub) bool {
		return query.Name == "db.query" && slices.ContainsFunc(spans, func(load tracetest.SpanStub) bool {
			return load.Name == "load order" && load.EndTime.Before(query.EndTime) && recorder.Below(spans, query, load)
		})
	})
}

// receiptSpans counts the spans "receipt.send" that have been started.
func (d *desk) receiptSpans() (n int) {
	for _, s := range d.rec.All() {
		if s.Name == "receipt.send" {
			n++
		}
	}
	return n
}

// open returns the spans, but for the known ones, that don't end within limit.
func (d *desk) open(limit time.Duration, known tracetest.SpanStubs) tracetest.SpanStubs {
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		open := slices.DeleteFunc(d.rec.Unended(), func(s tracetest.SpanStub) bool { return contains(known, s) })
		if len(open) == 0 || time.Now().After(end) {
			return open
		}
	}
}

// names lists those of spans that are still open.
func names(spans, open tracetest.SpanStubs) (list []string) {
	for _, s := range spans {
		if contains(open, s) {
			list = append(list, s.Name)
		}
	}
	return list
}

func contains(spans tracetest.SpanStubs, span tracetest.SpanStub) bool {
	return slices.ContainsFunc(spans, func(s tracetest.SpanStub) bool { return s.SpanContext.Equal(span.SpanContext) })
}
