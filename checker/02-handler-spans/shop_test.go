package handlerspans_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A shop is the learner's handler between a database and a payment API of ours.
type shop struct {
	rec      *recorder.Recorder
	orders   *orders
	payments *payments
	handler  http.Handler
}

func newShop(t *testing.T) *shop {
	s := &shop{
		rec:      recorder.Global(t),
		orders:   &orders{status: map[int64]string{7: "packed", 42: "shipped"}, gone: map[int64]error{}},
		payments: newPayments(t),
	}
	setPropagator()
	s.handler = handlerspans.NewHandler(s.orders, handlerspans.NewPayments(s.payments.url))
	return s
}

// get asks for an order. Headers are names and values in turn.
func (s *shop) get(id string, headers ...string) (code int, body string) {
	return s.getWith(context.Background(), id, headers...)
}

// getWith is get by a caller who may leave. A panic of the handler ends the
// request alone, as it does in a server.
func (s *shop) getWith(ctx context.Context, id string, headers ...string) (code int, body string) {
	req := httptest.NewRequestWithContext(ctx, "GET", "/orders/"+id, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil && p != errPanic {
			panic(p)
		}
	}()
	s.handler.ServeHTTP(res, req)
	return res.Code, strings.TrimSpace(res.Body.String())
}

// inside returns the spans without those about the payment API.
func (s *shop) inside() (spans tracetest.SpanStubs) {
	for _, span := range s.rec.Spans() {
		if span.SpanKind != trace.SpanKindClient && !ofPaymentAPI(span) {
			spans = append(spans, span)
		}
	}
	return spans
}

// request returns the span of the request itself.
func request(spans tracetest.SpanStubs) (tracetest.SpanStub, bool) {
	for _, span := range recorder.OfKind(spans, trace.SpanKindServer) {
		if !ofPaymentAPI(span) {
			return span, true
		}
	}
	return tracetest.SpanStub{}, false
}

// loadOrder returns the span "load order", also one that tells the order's
// number in its name, which is another check's business.
func loadOrder(spans tracetest.SpanStubs) (tracetest.SpanStub, bool) {
	for _, span := range spans {
		if rest, ok := strings.CutPrefix(span.Name, "load order"); ok && (rest == "" || strings.ContainsAny(rest, "0123456789")) {
			return span, true
		}
	}
	return tracetest.SpanStub{}, false
}

var (
	errGone  = errors.New("connection refused")
	errPanic = errors.New("index out of range") // what a handler may panic with
)

// orders is an order store that does what a check wants of it. Safe for
// concurrent use; set the fields before.
type orders struct {
	status map[int64]string
	gone   map[int64]error           // what reading an order fails with; errPanic panics
	look   func(ctx context.Context) // called with the context of each call; may be nil
}

// Status implements handlerspans.Orders.
func (o *orders) Status(ctx context.Context, id int64) (string, error) {
	if o.look != nil {
		o.look(ctx)
	}
	switch err := o.gone[id]; {
	case err == errPanic:
		panic(errPanic)
	case err != nil:
		return "", err
	}
	status, ok := o.status[id]
	if !ok {
		return "", handlerspans.ErrNotFound
	}
	return status, nil
}

// payments is a payment API with spans of its own. Each answers as answer says.
type payments struct {
	url string

	mu      sync.Mutex
	code    int
	body    string
	headers []http.Header // of each request
}

const paid = `{"order_id":42,"state":"paid"}`

// paymentAPI is the scope of the payment API's spans.
const paymentAPI = "payment-api"

func ofPaymentAPI(s tracetest.SpanStub) bool { return s.InstrumentationScope.Name == paymentAPI }

func newPayments(t *testing.T) *payments {
	p := &payments{code: http.StatusOK, body: paid}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	p.url = srv.URL
	return p
}

func (p *payments) answer(code int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.code, p.body = code, body
}

// received returns the headers of each request so far.
func (p *payments) received() []http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]http.Header(nil), p.headers...)
}

func (p *payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	_, span := otel.GetTracerProvider().Tracer(paymentAPI).Start(ctx, "GET /payments/{id}", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	p.mu.Lock()
	code, body := p.code, p.body
	p.headers = append(p.headers, r.Header)
	p.mu.Unlock()
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body) // the caller has gone: nobody is left to tell
}
