package handlerspans_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// api is a payment API with spans of its own, which does what the situation
// wants of it. Safe for concurrent use.
type api struct {
	tracer trace.Tracer
	takes  time.Duration // how long it needs for an answer

	mu    sync.Mutex
	order int64         // to whose payment it happens
	fault fault         // what happens
	leave func()        // makes the caller leave; nil: who stays
	waits time.Duration // how long it hangs, at the most
	going int           // requests that are not over
	asked []asked
}

// asked is a request to the payment API.
type asked struct {
	id       int64 // 0: for something without a number
	what     string
	host     string
	url      string
	header   http.Header
	told     trace.SpanContext // what the header says
	from, to time.Time
	body     time.Time // when the last of the answer was about to leave; zero: there was none
	outlived bool      // the caller has left, and did not hang up
}

// right reports whether it is a payment that was asked for.
func (a asked) right() bool { return a.what == fmt.Sprintf("GET /payments/%d", a.id) }

// apiScope is the scope of the payment API's spans.
const apiScope = "payment-api"

func ofAPI(s tracetest.SpanStub) bool { return s.InstrumentationScope.Name == apiScope }

// serve starts the API; stop ends it, with all that it has hanging.
func (p *api) serve(ln net.Listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	srv := &http.Server{Handler: p, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = srv.Serve(ln) }() // it ends when it is closed
	return func() {
		cancel()
		_ = srv.Close() // whatever it says, it is over
	}
}

func (p *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := asked{what: r.Method + " " + r.URL.Path, host: r.Host, url: r.URL.String(), header: r.Header, from: time.Now()}
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	a.told = trace.SpanContextFromContext(ctx)
	if id, err := strconv.ParseInt(a.what[strings.LastIndex(a.what, "/")+1:], 10, 64); err == nil {
		a.id = id
	}
	_, span := p.tracer.Start(ctx, "GET /payments/{id}", trace.WithSpanKind(trace.SpanKindServer))
	fault, leave, waits := p.begin(a.id)
	defer func() {
		span.End()
		a.to = time.Now()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.going--
		p.asked = append(p.asked, a)
	}()

	if leave != nil {
		leave()
		a.outlived = !hang(r, leavingTakes)
	} else {
		time.Sleep(p.takes)
	}
	switch {
	case fault.code != 0 || fault.hangs || fault.hangsUp:
	case !a.right():
		fault.code, fault.says = http.StatusNotFound, `{"error":"no such page"}`
	default:
		fault.code, fault.says = http.StatusOK, fmt.Sprintf(`{"order_id":%d,"state":"paid"}`, a.id)
	}
	if fault.code != 0 {
		w.WriteHeader(fault.code)
		if fault.slow {
			_ = http.NewResponseController(w).Flush() // the caller has gone: nobody is left to tell
			time.Sleep(p.takes)
		}
		a.body = time.Now()
		_, _ = io.WriteString(w, strings.ReplaceAll(fault.says, "42", strconv.FormatInt(a.id, 10))) // likewise
	}
	if fault.code != 0 && (fault.hangs || fault.hangsUp) {
		_ = http.NewResponseController(w).Flush() // likewise
	}
	if fault.hangs {
		hang(r, waits)
	}
	if fault.hangs || fault.hangsUp {
		panic(http.ErrAbortHandler)
	}
}

// hang waits until the caller hangs up, and reports whether it did in time.
func hang(r *http.Request, waits time.Duration) bool {
	select {
	case <-r.Context().Done():
		return true
	case <-time.After(waits):
		return false
	}
}

// expect sets what happens to an order's payment from now on, and forgets what
// has happened.
func (p *api) expect(id int64, f fault, leave func(), waits time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.order, p.fault, p.leave, p.waits, p.asked = id, f, leave, waits, nil
}

// begin returns what happens to this order's payment.
func (p *api) begin(id int64) (f fault, leave func(), waits time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.going++
	if id == p.order || id == 0 {
		f, leave = p.fault, p.leave
	}
	return f, leave, p.waits
}

func (p *api) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.going > 0
}

// seen returns the requests that are over, in that order.
func (p *api) seen() []asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}
