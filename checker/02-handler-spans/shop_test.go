package handlerspans_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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

	mu       sync.Mutex
	loading  place  // the line that asks for an order's status
	deciding place  // the line that chose the last answer
	body     string // of the last answer
	bare     bool   // an order was read with no span "load order" open
}

func newShop(t *testing.T) *shop {
	rec := recorder.Global(t, "demo-service")
	s := &shop{
		rec:      rec,
		orders:   &orders{status: map[int64]string{7: "packed", 42: "shipped"}, gone: map[int64]error{}},
		payments: newPayments(t, rec),
	}
	s.orders.look = func(context.Context, int64) { s.watch() }
	setPropagator()
	s.handler = handlerspans.NewHandler(s.orders, handlerspans.NewPayments(s.payments.url))
	return s
}

// watch notes from where an order is read, and whether in a span.
func (s *shop) watch() {
	_, open := loadOrder(s.rec.Unended())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loading = innermost()
	s.bare = s.bare || !open
}

// get asks for an order, and returns the status of the answer.
func (s *shop) get(id string) (code int) {
	return s.send(httptest.NewRequest("GET", "/orders/"+id, nil))
}

// send serves one request. Where reading the order panics, that ends the
// request alone, as it does in a server.
func (s *shop) send(req *http.Request) (code int) {
	res := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil && !s.orders.panics() {
			panic(p)
		}
	}()
	s.handler.ServeHTTP(answering{res, s}, req)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = res.Body.String()
	return res.Code
}

// answering notes which line of the learner's code chose the answer.
type answering struct {
	*httptest.ResponseRecorder
	shop *shop
}

func (a answering) WriteHeader(code int) {
	a.shop.mu.Lock()
	a.shop.deciding = outermost()
	a.shop.mu.Unlock()
	a.ResponseRecorder.WriteHeader(code)
}

// getAtOnce asks for two orders side by side: the first is held in the database
// until the second is there as well.
func (s *shop) getAtOnce(first, second int64) {
	look := s.orders.look
	there := map[int64]chan struct{}{first: make(chan struct{}), second: make(chan struct{})}
	arrive := map[int64]func(){
		first:  sync.OnceFunc(func() { close(there[first]) }),
		second: sync.OnceFunc(func() { close(there[second]) }),
	}
	// Who serves one after the other is slow, and not wrong.
	wait := func(id int64) {
		select {
		case <-there[id]:
		case <-time.After(2 * time.Second):
		}
	}
	s.orders.look = func(ctx context.Context, id int64) {
		look(ctx, id)
		arrive[id]()
		wait(second)
	}
	var both sync.WaitGroup
	both.Go(func() { s.get(strconv.FormatInt(first, 10)) })
	wait(first)
	both.Go(func() { s.get(strconv.FormatInt(second, 10)) })
	both.Wait()
	s.orders.look = look
}

// inside returns the spans without those about the payment API.
func (s *shop) inside() (spans tracetest.SpanStubs) {
	for _, span := range s.rec.Spans() {
		if !isCall(span) && !ofPaymentAPI(span) {
			spans = append(spans, span)
		}
	}
	return spans
}

// calls returns the client spans of payment calls.
func calls(spans tracetest.SpanStubs) (list tracetest.SpanStubs) {
	for _, span := range spans {
		if isCall(span) {
			list = append(list, span)
		}
	}
	return list
}

// isCall reports whether a span is of a payment call. Loading the order may be
// a client's span too.
func isCall(span tracetest.SpanStub) bool {
	_, load := loadOrder(tracetest.SpanStubs{span})
	return span.SpanKind == trace.SpanKindClient && !load
}

// request returns the span of the request itself; of several within each
// other, the outermost.
func request(spans tracetest.SpanStubs) (server tracetest.SpanStub, ok bool) {
	for _, span := range recorder.OfKind(spans, trace.SpanKindServer) {
		if !ofPaymentAPI(span) && (!ok || recorder.Below(spans, server, span)) {
			server, ok = span, true
		}
	}
	return server, ok
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
