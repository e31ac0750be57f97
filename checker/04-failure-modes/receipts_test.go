package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// receiptTimeout is what the checks give a receipt.
const receiptTimeout = 10 * time.Second

// What becomes of a receipt whose context is done.
const (
	inTime    = "ended after 10s"
	outOfTime = "out of time after "
	canceled  = "canceled after "
)

// sent is what became of receipts that were sent from a request, in a bubble.
type sent struct {
	held    []time.Duration // how long each Send took
	fates   []string        // what became of each
	within  []trace.TraceID // the trace that each was delivered in
	log     *logbook
	request tracetest.SpanStub
	spans   tracetest.SpanStubs // the request's and theirs
	open    tracetest.SpanStubs // those that never ended
}

// sendReceipts sends a receipt for each of times, as long as its delivery
// takes, from a request that has its answer right afterwards. limit is how long
// that request might have taken.
func sendReceipts(t *testing.T, rec *recorder.Recorder, limit time.Duration, times ...time.Duration) *sent {
	t.Helper()
	s := &sent{held: make([]time.Duration, len(times)), fates: make([]string, len(times)), within: make([]trace.TraceID, len(times)), log: &logbook{}}
	before := len(rec.Spans())
	recorder.Bubble(t, recorder.At((*failuremodes.Receipts).Send, finding.Finding{
		Want: "Send returns",
		Got:  "it waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		r := failuremodes.NewReceipts(s.log.logger(), receiptTimeout)
		time.Sleep(time.Hour) // the service has been running for a while
		ctx, answered := context.WithTimeout(ctx, limit)
		ctx, span := rec.TracerProvider.Tracer("checker").Start(ctx, "GET /orders/{id}")
		done := make(chan struct{}, len(times))
		for i, takes := range times {
			start := time.Now()
			r.Send(ctx, 42, func(ctx context.Context) error {
				called := time.Now() // later than start, if somebody else is delivered first
				defer func() { done <- struct{}{} }()
				s.within[i] = trace.SpanContextFromContext(ctx).TraceID()
				select {
				case <-time.After(takes):
					s.fates[i] = "delivered"
					return nil
				case <-ctx.Done():
					switch took := time.Since(start); {
					case took == receiptTimeout || time.Since(called) == receiptTimeout:
						s.fates[i] = inTime
					case errors.Is(ctx.Err(), context.DeadlineExceeded):
						s.fates[i] = outOfTime + took.String()
					default:
						s.fates[i] = canceled + took.String()
					}
					return ctx.Err()
				}
			})
			s.held[i] = time.Since(start)
		}
		span.End()
		answered() // net/http cancels a request's context when it has its answer
		for range times {
			select {
			case <-done:
			case <-time.After(time.Hour):
			}
		}
		time.Sleep(time.Second)
		s.spans, s.open = rec.Spans()[before:], rec.Unended()
	})
	s.request, _ = recorder.Named(s.spans, "GET /orders/{id}")
	return s
}

// endsWithSend reports whether a receipt is canceled although the context that
// Send is given goes on.
func endsWithSend(t *testing.T) (canceled bool) {
	t.Helper()
	recorder.Bubble(t, recorder.At((*failuremodes.Receipts).Send, finding.Finding{}), func(ctx context.Context) {
		done := make(chan error, 1)
		failuremodes.NewReceipts((&logbook{}).logger(), receiptTimeout).Send(ctx, 42, func(ctx context.Context) error {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			done <- ctx.Err()
			return ctx.Err()
		})
		canceled = errors.Is(<-done, context.Canceled)
	})
	return canceled
}

// left is what a request has left behind when it had its answer.
type left struct {
	code    int
	request tracetest.SpanStub // the server's span
	receipt tracetest.SpanStub // without a name: there is none, or it has not ended
	early   bool               // the receipt had been sent by then
	open    []string           // spans that were open then, other than the receipt's
	pending bool               // the receipt's span has not ended
}

// leave asks for an order, and waits for the receipt that it leaves.
func (d *desk) leave(t *testing.T) (l left) {
	before := len(d.rec.Spans())
	l.code = d.get(t.Context(), known)
	then, open := time.Now(), d.rec.Unended()
	receipts := slices.DeleteFunc(slices.Clone(open), func(s tracetest.SpanStub) bool { return s.Name != "receipt.send" })
	for _, s := range open {
		aside := strings.HasPrefix(s.Name, "receipt")
		for _, r := range receipts {
			aside = aside || recorder.Below(open, s, r)
		}
		if !aside {
			l.open = append(l.open, s.Name)
		}
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var ok bool
		if l.receipt, ok = recorder.Named(d.rec.Spans()[before:], "receipt.send"); ok {
			break
		}
	}
	if servers := recorder.OfKind(d.rec.Spans()[before:], trace.SpanKindServer); len(servers) > 0 {
		l.request = withoutCaller(servers[0])
	}
	took := l.receipt.EndTime.Sub(l.receipt.StartTime)
	l.early = l.receipt.Name != "" && took > 50*time.Millisecond && l.receipt.EndTime.Before(then)
	_, l.pending = recorder.Named(d.rec.Unended(), "receipt.send")
	return l
}

// A receipt should be sent when its request has its answer, neither holding it up nor ending with it, within a time of its own.
func TestBackgroundOutlivesRequest(t *testing.T) {
	const many = 500
	d := newDesk(t, 5*time.Second)
	l := d.leave(t)
	for range 2 { // on a busy machine it may look as if the request had waited
		if l.early {
			l = d.leave(t)
		}
	}
	s := sendReceipts(t, d.rec, time.Hour, 2*time.Second, 100*time.Hour)
	limited := sendReceipts(t, d.rec, time.Second, 2*time.Second) // its request might have taken a second
	burst := sendReceipts(t, d.rec, time.Hour, slices.Repeat([]time.Duration{5 * time.Second}, many)...)

	const accounted = "begun, or the log tells"
	rows := func(held []time.Duration, first, second, third string, heldByMany time.Duration, all, reply, receipt, others string) string {
		return recorder.Table(
			[]string{"a receipt takes", "Send takes", "it is"},
			[]string{"2 s", seconds(held[0]), first},
			[]string{"2 s, and its request has a deadline of 1 s", seconds(0), second},
			[]string{"100 h", seconds(held[1]), third},
			[]string{fmt.Sprintf("5 s, %d of them", many), seconds(heldByMany), all},
		) + "\n\n" + recorder.Table(
			[]string{"GET /orders/42", ""},
			[]string{"the answer comes", reply},
			[]string{"its receipt is", receipt},
			[]string{"open when it has come", others},
		)
	}
	const before = "before the receipt is sent"
	reply, receipt, others := before, "delivered", "no span but the receipt's"
	failed := l.receipt.Status.Code == codes.Error || d.log.tells(context.Canceled.Error())
	if l.code == http.StatusOK { // or it leaves no receipt
		if l.early {
			reply = "when the receipt is sent"
		}
		if failed {
			receipt = "ended with the request"
		}
		if l.open != nil {
			others = strings.Join(l.open, ", ")
		}
	}
	fates := append(slices.Clone(s.fates), limited.fates[0])
	for i, fate := range fates {
		if fate == "" {
			fates[i] = "never delivered, nor ended"
		}
	}
	all := accounted
	if n := count(burst.fates, ""); n > 0 && len(burst.log.all()) == 0 {
		all = "not begun, and no word in the log"
	}
	want := rows(make([]time.Duration, 2), "delivered", "delivered", inTime, 0, accounted, before, "delivered", "no span but the receipt's")
	heldByMany := slices.Max(burst.held)
	got := rows(s.held, fates[0], fates[2], fates[1], heldByMany, all, reply, receipt, others)
	if got == want {
		return
	}
	if l.receipt.Name == "" { // nothing tells
		got = rows(s.held, fates[0], fates[2], fates[1], heldByMany, all, reply, "…", others)
	}
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: want, Got: got})
	inHandler := recorder.At(failuremodes.NewHandler, finding.Finding{})
	switch {
	case slices.Max(s.held) > 0:
		f.Cause = "The customer waits for a mail to somebody else. What nobody waits for belongs into a goroutine of its own."
	case strings.HasPrefix(fates[0], outOfTime):
		f.Cause = "The time of a receipt begins before the receipt does. A deadline is a point in time: each receipt needs one of its\nown, made when it is sent."
	case !strings.HasPrefix(fates[0], canceled) && fates[0] != "delivered":
		f.Cause = "Nobody delivers it: deliver was not called, within an hour."
	case fates[0] != "delivered" && endsWithSend(t):
		f.Cause = "It is canceled also while the request still waits for its answer: its end is Send's own. A cancel that Send defers\nruns when Send returns; it belongs into the goroutine that delivers."
	case fates[0] != "delivered":
		f.Cause = "The context of a request is canceled as soon as it has its answer, and the receipt's comes from it.\ncontext.WithoutCancel keeps its values, the trace among them, and leaves its end behind."
	case fates[2] != "delivered" && fates[1] == inTime:
		f.Cause = "The receipt ends with its request's time. context.WithoutCancel leaves the deadline behind as well; what the receipt\ngets is the timeout of NewReceipts, whatever is left of the request's."
	case strings.HasPrefix(fates[1], outOfTime):
		f.Cause = "It has a time of its own, and it is another one: how long a receipt may take, NewReceipts is told."
	case fates[1] != inTime:
		f.Cause = "Nobody waits for a receipt, so nobody would notice that it takes for ever. It needs a deadline of its own, the\ntimeout of NewReceipts, in the context that deliver gets."
	case heldByMany > 0:
		f.Cause = "When many receipts are on their way, Send waits until one of them is done, and the customer with it. Let them wait\nin a queue, and drop what doesn't fit into it, with a word in the log."
	case all != accounted:
		f.Cause = "Some sellers get no receipt, and nobody can know. What doesn't fit may be dropped, with a word in the log."
	case reply != before:
		f.File, f.Line = inHandler.File, inHandler.Line
		f.Cause = "Send does not wait, and its caller does: the customer has the answer when the seller has the mail."
	case receipt != "delivered":
		f.File, f.Line = inHandler.File, inHandler.Line
		f.Cause = "The context that Send gives to deliver outlives the request. What is delivered here uses another one, which is done\nas soon as the request has its answer."
	default:
		f.File, f.Line = inHandler.File, inHandler.Line
		f.Cause = "What goes on in the background ends a span that it has not begun, so that this looks as slow as the receipt. A span\nends with the work that it stands for; the receipt has one of its own."
	}
	recorder.Fail(t, f)
}

// count returns how many of texts are text.
func count(texts []string, text string) (n int) {
	for _, s := range texts {
		if s == text {
			n++
		}
	}
	return n
}

// seconds writes a duration as a table does: "0 s".
func seconds(d time.Duration) string { return fmt.Sprintf("%.3g s", d.Seconds()) }
