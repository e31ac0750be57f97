package failuremodes_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/database"
	"otel.workshop/checker/receiver"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A service is the learner's Run, in this process.
type service struct {
	collector *receiver.Receiver
	db        *database.Database
	payments  *payments
	log       *logbook
	cfg       failuremodes.Config

	endpoint string // of the collector, as the environment has it

	url    string
	stop   context.CancelFunc // does what a signal does
	ended  chan struct{}      // closed when Run has returned
	err    error              // what it has returned; read it after ended
	client *http.Client
}

// newService returns a service that has not been started, so that what is
// around it can be changed before.
func newService(t *testing.T) *service {
	s := &service{
		collector: receiver.New(t),
		db:        newDatabase(),
		payments:  newPayments(t),
		log:       &logbook{},
		ended:     make(chan struct{}),
		// A connection that is kept, and carries nothing, holds up a server
		// that is shut down.
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second},
	}
	pool := s.db.Open()
	t.Cleanup(func() { _ = pool.Close() }) // there is nothing behind it
	s.cfg = failuremodes.Config{
		DB:             pool,
		PaymentsURL:    s.payments.url,
		PaymentTimeout: time.Second,
		FlushTimeout:   2 * time.Second,
		Log:            s.log.logger(),
	}
	s.endpoint = s.collector.URL
	recorder.AtEnd(t, func() { recorder.KeepSpans(t, s.collector.Spans()) })
	return s
}

// start runs the service until stop. When it answers, it has read its
// environment.
func (s *service) start(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.endpoint)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	t.Cleanup(stop)
	go func() {
		defer close(s.ended)
		s.err = failuremodes.Run(ctx, ln, s.cfg)
		_ = ln.Close() // one that nobody accepts from would make callers wait
	}()
}

// A reply is what became of a request.
type reply struct {
	trace string // its id, in hexadecimal
	code  int    // 0: it was not answered
	body  string
	took  time.Duration
	err   error
}

func (r reply) String() string {
	if r.code == 0 {
		return "no answer: " + r.err.Error()
	}
	return fmt.Sprint(r.code)
}

// get asks for an order, and begins its trace.
func (s *service) get(id string) reply { return s.getUntil(context.Background(), id) }

// getUntil hangs up when ctx is done.
func (s *service) getUntil(ctx context.Context, id string) (r reply) {
	r.trace = randomHex(16)
	start := time.Now()
	defer func() { r.took = time.Since(start) }()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/orders/"+id, nil)
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("traceparent", "00-"+r.trace+"-"+randomHex(8)+"-01")
	resp, err := s.client.Do(req)
	if err != nil {
		r.err = errors.Unwrap(err) // without the URL
		return r
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it has been read
	r.body = string(body)
	if r.err = err; err == nil {
		r.code = resp.StatusCode
	}
	return r
}

// end does what a signal does, and returns how Run has taken it.
func (s *service) end(limit time.Duration) string {
	s.stop()
	select {
	case <-s.ended:
	case <-time.After(limit):
		return fmt.Sprintf("still running %s later", limit)
	}
	if s.err != nil {
		return "Run returns " + s.err.Error()
	}
	return "Run returns"
}

// spansOf returns the spans of a trace that the collector has received, and
// those with a link to it.
func (s *service) spansOf(trace string) (spans tracetest.SpanStubs) {
	for _, span := range s.collector.Spans() {
		linked := func(l sdktrace.Link) bool { return l.SpanContext.TraceID().String() == trace }
		if span.SpanContext.TraceID().String() == trace || slices.ContainsFunc(span.Links, linked) {
			spans = append(spans, span)
		}
	}
	return spans
}

// mustAnswer ends the check when the service has no answer to a simple request,
// for an order that does not exist: it leaves no receipt that Run would wait
// for. What it answers is another check's business.
func (s *service) mustAnswer(t *testing.T) reply {
	t.Helper()
	r := s.get(unknown)
	if r.code != 0 {
		return r
	}
	got := "GET /orders/999   " + r.String()
	select {
	case <-s.ended:
		if got = "Run has returned, before anybody asked it to"; s.err != nil {
			got += ": " + s.err.Error()
		}
	default:
	}
	recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{
		Want:  "GET /orders/999   404",
		Got:   got,
		Cause: "Run has to serve the handler on the listener that it is given, until its context is done.",
	}))
	return r
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(1 + rand.IntN(255)) // an id of zeros alone would be invalid
	}
	return hex.EncodeToString(b)
}
