package failuremodes_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	d := &desk{rec: recorder.Global(t, "demo-service"), payments: newPayments(t), log: &logbook{}}
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
	const patience = 300 * time.Millisecond
	d := newDesk(t, patience)
	quick := d.get(t.Context(), known)
	d.payments.take(time.Minute)
	answered := make(chan int, 1)
	go func() { answered <- d.get(context.Background(), known) }()
	fate := "no answer, 2 s later"
	select {
	case code := <-answered:
		if fate = fmt.Sprint(code); code >= 500 {
			fate = "502"
		}
	case <-time.After(2 * time.Second):
	}
	rows := func(first, second string) string {
		return recorder.Table([]string{"PaymentTimeout is 300 ms", ""}, []string{"the payment API answers", first}, []string{"it takes a minute", second})
	}
	f := recorder.At(failuremodes.NewHandler, finding.Finding{Want: rows("200", "502"), Got: rows(fmt.Sprint(quick), fate)})
	if f.Got == f.Want {
		return
	}
	f.Cause = "Whoever calls somebody else decides how long to wait: the other side may never answer, and each request that waits\nholds a connection, a goroutine and a customer. context.WithTimeout, around the one call that may be slow."
	recorder.Fail(t, f)
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
	case code == 0:
		f.Cause = "net/http catches a panic, logs it, and closes the connection: the customer sees no answer at all. A middleware\nthat recovers can give one."
	case counted == "none":
		f.Cause = "The panic passes through otelhttp before it is recovered, and otelhttp sees a request that has no end: nothing to\ncount, and no status. Whoever recovers has to stand inside, next to the handler."
	case status != "status Error":
		f.Cause = "The request has failed, and its span does not say so. trace.SpanFromContext(r.Context()) is the span to mark."
	default:
		f.Cause = "The answer to a panic is 500: the fault is ours."
	}
	recorder.Fail(t, f)
}
