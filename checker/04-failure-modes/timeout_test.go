package failuremodes_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// What may take its time while a customer waits for an order. Two values of
// PaymentTimeout tell one that is read from one that is made up.
var slowness = []struct {
	patience time.Duration
	what     string
	order    string
	payment  func(p *payments)
	hangs    bool // the payment API does, and is to be given up
}{
	{150 * time.Millisecond, "nothing", known, func(*payments) {}, false},
	{150 * time.Millisecond, "the payment API, a minute", known, func(p *payments) { p.take(time.Minute) }, true},
	{450 * time.Millisecond, "the payment API, a minute", known, func(p *payments) { p.take(time.Minute) }, true},
	{150 * time.Millisecond, stalls, known, func(p *payments) { p.stall.Store(true) }, true},
	{150 * time.Millisecond, "the database, 500 ms", unhurried, func(*payments) {}, false},
	{4 * time.Second, "the payment API, 500 ms", known, func(p *payments) { p.take(500 * time.Millisecond) }, false},
}

// A wait is what came of a request that something took its time for.
type wait struct {
	code     int
	took     time.Duration
	limit    time.Duration // how long was waited for the answer
	answered bool
	asked    int64 // calls of the payment API
	left     bool  // the payment API saw its caller leave
}

// A slow payment API should be waited for as long as PaymentTimeout, and no longer.
func TestSlowCallTimesOut(t *testing.T) {
	f := explainWaits(playSlowness(t, 1))
	if f.Got != f.Want { // a busy machine is slow: once more, with time
		f = explainWaits(playSlowness(t, 2))
	}
	if f.Got != f.Want {
		recorder.Fail(t, f)
	}
}

func (w wait) late(patience time.Duration) bool { return w.took > patience*3/2+200*time.Millisecond }

// playSlowness asks all of them at once, for an order each. slower multiplies
// what may be waited for the payment API.
func playSlowness(t *testing.T, slower time.Duration) []wait {
	first := newDesk(t, slowness[0].patience*slower)
	desks := []*desk{first}
	for _, s := range slowness[1:] {
		desks = append(desks, deskOf(t, first.rec, s.patience*slower))
	}
	time.Sleep(slowness[0].patience*slower + 20*time.Millisecond) // no time begins with the handler
	waits := make([]wait, len(slowness))
	var all sync.WaitGroup
	for i, s := range slowness {
		s.payment(desks[i].payments)
		all.Go(func() { waits[i] = desks[i].await(s.order, 1500*time.Millisecond+s.patience*slower, s.hangs) })
	}
	all.Wait()
	for i, s := range slowness { // as if nothing had been multiplied
		if s.hangs {
			waits[i].took /= slower
		}
	}
	return waits
}

// await asks for an order, and waits for the answer that long.
func (d *desk) await(order string, limit time.Duration, hangs bool) (w wait) {
	w.limit = limit
	answered := make(chan int, 1)
	start := time.Now()
	go func() { answered <- d.get(context.Background(), order) }()
	select {
	case w.code = <-answered:
		w.answered, w.took = true, time.Since(start)
	case <-time.After(limit):
	}
	for end := time.Now().Add(time.Second); w.answered && hangs && !w.left && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		w.left = d.payments.left.Load() > 0
	}
	w.asked, w.left = d.payments.asked.Load(), d.payments.left.Load() > 0
	return w
}

const stalls = "its answer, which never ends"

const anotherLimit = "There is a limit, and it is another one. How long to wait for the payment API, all tries together, is for Config to\nsay: PaymentTimeout."

const eachTry = "Each try has a time of its own, and the customer waits for all of them. The limit belongs around the tries, so that\nit holds for what they take together."

// explainWaits lays what came of them beside what should have.
func explainWaits(waits []wait) finding.Finding {
	const inTime, givenUp = "in time", "in time, and the call is given up"
	quick := waits[0]
	limited := waits[1].answered && waits[1].left // while the answer has not begun
	sound := quick.code                           // what a request is answered that nothing goes wrong with
	if !quick.answered || quick.code == 0 || quick.code >= http.StatusInternalServerError {
		sound = http.StatusOK
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{})
	want, got := [][]string{{"PaymentTimeout", "what takes time", "answer"}}, [][]string{{"PaymentTimeout", "what takes time", "answer"}}
	for i, s := range slowness {
		w := waits[i]
		row := []string{spelled(s.patience), s.what}
		is, should := fmt.Sprint(w.code), fmt.Sprint(sound)
		cause := "The payment API would have answered in time, and was given up before. How long to wait is for Config to say:\nPaymentTimeout."
		switch {
		case !w.answered && s.what == stalls && limited:
			is = fmt.Sprintf("none, %.3g s later", w.limit.Seconds())
			cause = "The limit holds until the answer begins, and not until its last byte has come. context.WithTimeout, around the whole call, and\na cancel that is deferred until the body is read."
		case !w.answered:
			is = fmt.Sprintf("none, %.3g s later", w.limit.Seconds())
			cause = "Whoever calls somebody else decides how long to wait: the other side may never answer, and each request that waits\nholds a connection, a goroutine and a customer. context.WithTimeout, around the one call that may be slow."
			if w.asked > 1 {
				cause = eachTry
			}
		case w.code == 0:
			is, cause = "none, the connection is closed", ""
		case s.hangs && w.late(s.patience):
			is = "too late"
			cause = anotherLimit
			if w.asked > 1 {
				cause = eachTry
			}
		case s.hangs && w.took < s.patience-50*time.Millisecond:
			is, cause = "too soon", anotherLimit
		case s.hangs && !w.left:
			is = "in time, and the call goes on"
			cause = "The customer has an answer, and the call goes on without anybody who waits for it. It holds its goroutine and its\nconnection, as before. A context that is done ends the call itself."
		case s.hangs:
			is = givenUp
		case i == 0 && w.asked == 0 && waits[len(waits)-1].code == sound:
			cause = fmt.Sprintf("The payment API was not even asked: after %s the time was over before the call, and with 4 s it is not. A time that is\nmade with the handler runs from there; each call needs one of its own, which begins with it.", spelled(s.patience))
		case i == 0 && w.asked == 0:
			cause = "The payment API was not even asked, however long it might be waited for. A call with a context that is done does\nnot begin: cancel is for when it has returned, defer cancel()."
		case i == 0 && !w.left:
			cause = ""
		case s.order == unhurried:
			cause = "The database has used up the time that was meant for the payment API, which would have answered at once. The limit\nbelongs around that one call, and begins with it."
		}
		if s.hangs {
			should = givenUp
		}
		want, got = append(want, append(row, should)), append(got, append(row, is))
		if is != should && f.Cause == "" {
			f.Cause = cause
		}
	}
	f.Want, f.Got = recorder.Table(want...), recorder.Table(got...)
	return f
}

// spelled writes a duration with its unit apart: "200 ms".
func spelled(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}
