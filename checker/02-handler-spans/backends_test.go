package handlerspans_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

var (
	errGone  = errors.New("connection refused")
	errPanic = errors.New("index out of range") // what reading an order may panic with
)

// orders is an order store that does what a check wants of it. Safe for
// concurrent use; set the fields before.
type orders struct {
	status map[int64]string
	gone   map[int64]error                     // what reading an order fails with; errPanic panics
	look   func(ctx context.Context, id int64) // called first in each call; may be nil
}

// Status implements handlerspans.Orders.
func (o *orders) Status(ctx context.Context, id int64) (string, error) {
	if o.look != nil {
		o.look(ctx, id)
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

func (o *orders) panics() bool { return slices.Contains(slices.Collect(maps.Values(o.gone)), errPanic) }

// payments is a payment API with spans of its own. Each request is answered as
// the last call of answer says. Safe for concurrent use.
type payments struct {
	url      string
	provider trace.TracerProvider

	mu       sync.Mutex
	code     int
	body     string
	slow     trace.TraceID // whose requests take long
	requests []asked
}

// asked is a request to the payment API.
type asked struct {
	id       string
	header   http.Header
	outlived bool // it took long, and the caller did not hang up
}

// trace returns the trace that the request belongs to, if it says so.
func (a asked) trace() trace.TraceID {
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(a.header))
	return trace.SpanContextFromContext(ctx).TraceID()
}

const (
	paid   = `{"order_id":42,"state":"paid"}`
	hangUp = 0 // instead of a status: the connection is closed
)

// paymentAPI is the scope of the payment API's spans.
const paymentAPI = "payment-api"

func ofPaymentAPI(s tracetest.SpanStub) bool { return s.InstrumentationScope.Name == paymentAPI }

func newPayments(t *testing.T, rec *recorder.Recorder) *payments {
	p := &payments{provider: rec.Service("payment-api"), code: http.StatusOK, body: paid}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections) // also those that the learner's code keeps open
	p.url = srv.URL
	return p
}

func (p *payments) answer(code int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.code, p.body = code, body
}

// slowFor makes the requests of a trace wait for two seconds, or until the
// caller hangs up.
func (p *payments) slowFor(id trace.TraceID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = id
}

// received returns the requests so far.
func (p *payments) received() []asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

func (p *payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	_, span := p.provider.Tracer(paymentAPI).Start(ctx, "GET /payments/{id}", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	p.mu.Lock()
	code, body, slow := p.code, p.body, p.slow
	p.mu.Unlock()
	a := asked{id: strings.TrimPrefix(r.URL.Path, "/payments/"), header: r.Header}
	if slow.IsValid() && a.trace() == slow {
		select {
		case <-r.Context().Done():
		case <-time.After(2 * time.Second):
			a.outlived = true
		}
	}
	p.mu.Lock()
	p.requests = append(p.requests, a)
	p.mu.Unlock()
	if code == hangUp {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body) // the caller has gone: nobody is left to tell
}
