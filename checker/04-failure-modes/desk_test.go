package failuremodes_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
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
	otel.SetTextMapPropagator(propagation.TraceContext{}) // as the setup of step 1 does
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

// A visit is a request, and what was answered.
type visit struct {
	trace string // its id, in hexadecimal
	code  int    // 0: the handler has panicked, which a server answers by closing the connection
	body  string
	kind  string // its Content-Type
}

// visit asks for an order, and begins its trace.
func (d *desk) visit(ctx context.Context, id string) visit { return d.visitSampled(ctx, id, true) }

// visitSampled says whether whoever asks has sampled the trace.
func (d *desk) visitSampled(ctx context.Context, id string, sampled bool) (v visit) {
	// net/http cancels a request's context when it has its answer.
	ctx, answered := context.WithCancel(ctx)
	defer answered()
	v.trace = randomHex(16)
	defer func() {
		if recover() != nil {
			v.code = 0
		}
	}()
	res := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(ctx, "GET", "/orders/"+id, nil)
	flags := map[bool]string{true: "-01", false: "-00"}
	req.Header.Set("traceparent", "00-"+v.trace+"-"+randomHex(8)+flags[sampled])
	d.handler.ServeHTTP(res, req)
	v.code, v.body, v.kind = res.Code, res.Body.String(), res.Result().Header.Get("Content-Type")
	return v
}

// get asks for an order, and returns the status of the answer; see [visit].
func (d *desk) get(ctx context.Context, id string) (code int) { return d.visit(ctx, id).code }

// spansOf returns the spans of a visit, those that have not ended among them.
func (d *desk) spansOf(v visit) (spans tracetest.SpanStubs) {
	for _, s := range d.rec.All() {
		if s.SpanContext.TraceID().String() == v.trace {
			spans = append(spans, withoutCaller(s))
		}
	}
	return spans
}

// withoutCaller returns a span as it is drawn: nobody has the span of whoever
// asks.
func withoutCaller(s tracetest.SpanStub) tracetest.SpanStub {
	if s.Parent.IsRemote() {
		s.Parent = trace.SpanContext{}
	}
	return s
}
