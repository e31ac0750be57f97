package failuremodes_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A desk is the learner's handler, without Run: what it records is recorded in
// memory.
type desk struct {
	rec      *recorder.Recorder
	payments *payments
	log      *logbook
	receipts *failuremodes.Receipts
	handler  http.Handler
}

func newDesk(t *testing.T, patience time.Duration) *desk {
	t.Helper()
	return deskOf(t, recorder.Global(t, "demo-service"), patience)
}

// deskOf returns a handler, with a payment API of its own, whose spans rec
// records.
func deskOf(t *testing.T, rec *recorder.Recorder, patience time.Duration) *desk {
	t.Helper()
	d := &desk{rec: rec, payments: newPayments(t), log: &logbook{}}
	pool := newDatabase().Open()
	t.Cleanup(func() { _ = pool.Close() }) // there is nothing behind it
	d.receipts = failuremodes.NewReceipts(d.log.logger(), time.Second)
	h, err := failuremodes.NewHandler(failuremodes.Config{
		DB:             pool,
		PaymentsURL:    d.payments.url,
		PaymentTimeout: patience,
		FlushTimeout:   time.Second,
		Log:            d.log.logger(),
	}, d.receipts)
	if err != nil {
		recorder.Fail(t, recorder.At(failuremodes.NewHandler, finding.Finding{
			Want: "NewHandler   a handler, and no error", Got: "NewHandler   " + err.Error(),
		}))
	}
	d.handler = h
	return d
}

// get asks for an order, and returns the status of the answer: 0 when the
// handler has panicked, which a server answers by closing the connection.
func (d *desk) get(ctx context.Context, id string) (code int) {
	// net/http cancels a request's context when it has its answer.
	ctx, answered := context.WithCancel(ctx)
	defer answered()
	defer func() {
		if recover() != nil {
			code = 0
		}
	}()
	res := httptest.NewRecorder()
	d.handler.ServeHTTP(res, httptest.NewRequestWithContext(ctx, "GET", "/orders/"+id, nil))
	return res.Code
}

// A slow payment API should be waited for as long as PaymentTimeout, and no longer.
func TestSlowCallTimesOut(t *testing.T) {
	const patience, inTime, givenUp = 500 * time.Millisecond, "within 2.2 s", ", and the call is given up"
	impatient := newDesk(t, patience)
	hurt, patient := deskOf(t, impatient.rec, 1200*time.Millisecond), deskOf(t, impatient.rec, 4*time.Second)
	hurt.payments.take(time.Minute)
	patient.payments.take(1500 * time.Millisecond)

	quick := impatient.get(t.Context(), known)
	var afterQuery, afterCall int
	var slow string
	var all sync.WaitGroup
	all.Go(func() { afterQuery = impatient.get(t.Context(), unhurried) })
	all.Go(func() { afterCall = patient.get(t.Context(), known) })
	all.Go(func() { slow = hurt.soon(2200*time.Millisecond, inTime) }) // twice its patience is too long
	all.Wait()
	if slow == inTime {
		slow += givenUp
		for end := time.Now().Add(time.Second); hurt.payments.left.Load() == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				slow = inTime + ", and the call goes on"
				break
			}
		}
	}
	rows := func(quick, slow, afterQuery, afterCall string) string {
		return recorder.Table([]string{"PaymentTimeout", "what takes time", "answer"},
			[]string{"500 ms", "nothing", quick},
			[]string{"1.2 s", "the payment API, a minute", slow},
			[]string{"500 ms", "the database, 1 s", afterQuery},
			[]string{"4 s", "the payment API, 1.5 s", afterCall})
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{
		Want: rows("200", inTime+givenUp, "200", "200"),
		Got:  rows(fmt.Sprint(quick), slow, fmt.Sprint(afterQuery), fmt.Sprint(afterCall)),
	})
	switch {
	case f.Got == f.Want:
		return
	case quick != http.StatusOK:
		f.Cause = "The payment API answers at once, and PaymentTimeout leaves it 500 ms."
	case !strings.HasPrefix(slow, inTime):
		if hurt.payments.asked.Load() > 1 {
			f.Cause = "Each try has a time of its own, and the customer waits for all of them. The limit belongs around the tries, so that\nit holds for what they take together."
			break
		}
		f.Cause = "Whoever calls somebody else decides how long to wait: the other side may never answer, and each request that waits\nholds a connection, a goroutine and a customer. context.WithTimeout, around the one call that may be slow."
	case slow != inTime+givenUp:
		f.Cause = "The customer has an answer, and the call goes on without anybody who waits for it. It holds its goroutine and its\nconnection, as before. A context that is done ends the call itself."
	case afterQuery != http.StatusOK:
		f.Cause = "The database has used up the time that was meant for the payment API, which would have answered at once. The limit\nbelongs around that one call, and begins with it."
	default:
		f.Cause = "The payment API would have answered in time, and was given up before. How long to wait is for Config to say:\nPaymentTimeout."
	}
	recorder.Fail(t, f)
}

// soon asks for an order, and returns inTime if an answer comes within limit.
func (d *desk) soon(limit time.Duration, inTime string) string {
	answered := make(chan int, 1)
	go func() { answered <- d.get(context.Background(), known) }()
	select {
	case code := <-answered:
		if code == 0 {
			return "none, the connection is closed"
		}
		return inTime
	case <-time.After(limit):
		return fmt.Sprintf("none, %.3g s later", limit.Seconds())
	}
}

// A panic in the handler should be answered with 500, mark the request's span as failed, and count in the metrics.
func TestPanicRecorded(t *testing.T) {
	const name = "http.server.request.duration"
	d := newDesk(t, time.Second)
	code := d.get(t.Context(), panics)
	spans := d.rec.Spans()
	status := "no span"
	if servers := recorder.OfKind(spans, trace.SpanKindServer); len(servers) > 0 {
		if status = "status " + servers[0].Status.Code.String(); servers[0].Status.Code == codes.Error {
			status = "status Error"
		}
	}
	counted := "none"
	m, _ := d.rec.Metric(name)
	for _, p := range m.Points {
		if code, ok := p.Attr("http.response.status_code"); ok {
			counted = "one with status " + code
		}
	}
	answer := fmt.Sprint(code)
	if code == 0 {
		answer = "none, the connection is closed"
	}
	rows := func(answer, span, metric string) string {
		return recorder.Table([]string{"the handler panics", ""}, []string{"answer", answer}, []string{"its span", span}, []string{name, metric})
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{
		Want: rows("500", "status Error", "one with status 500"),
		Got:  rows(answer, status, counted),
	})
	switch {
	case f.Got == f.Want:
		return
	case code == 0 && status == "status Error":
		f.Cause = "The panic is recorded on the span, and goes on: through otelhttp, which counts nothing, to net/http, which closes the\nconnection. Whoever recovers it should answer, too."
	case code == 0:
		f.Cause = "net/http catches a panic, logs it, and closes the connection: the customer sees no answer at all. A middleware\nthat recovers can give one. (recover works in the deferred function itself, not in one that this calls.)"
	case counted == "none":
		f.Cause = "The panic passes through otelhttp before it is recovered, and otelhttp sees a request that has no end: nothing to\ncount, and no status. Whoever recovers has to stand inside, next to the handler."
	case status != "status Error":
		f.Cause = "The request has failed, and its span does not say so. trace.SpanFromContext(r.Context()) is the span to mark."
	case code == http.StatusOK:
		f.Cause = "A handler that returns and has written nothing is answered with 200. Whoever recovers the panic has to write the\nanswer: 500, the fault is ours."
	default:
		f.Cause = "The answer to a panic is 500: the fault is ours."
	}
	recorder.Fail(t, f)
}
