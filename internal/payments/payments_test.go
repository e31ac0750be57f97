package payments_test

import (
	"context"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/goleak"

	"otel.workshop/internal/payments"
)

// The errors of OpenTelemetry must not reach the one handler of the process.
func TestMain(m *testing.M) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { panic("printed in the middle of a screen: " + err.Error()) }))
	goleak.VerifyTestMain(m)
}

// caller is a client with a connection pool of its own.
type caller struct {
	api    *payments.API
	client *http.Client
}

func start(t *testing.T, collectorURL string) caller {
	api, err := payments.Start(t.Context(), payments.Options{Collector: collectorURL})
	require.NoError(t, err)
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = api.Close(ctx) // tests close it themselves where it matters
	})
	return caller{api: api, client: &http.Client{Transport: transport}}
}

func (c caller) get(ctx context.Context, path string, header ...string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api.URL()+path, nil)
	if err != nil {
		return 0, "", err
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimSpace(string(b)), err
}

func (c caller) requirePaid(t *testing.T) {
	t.Helper()
	status, body, err := c.get(t.Context(), "/payments/42")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, `{"order_id":42,"state":"paid"}`, body)
}

func TestAnswers(t *testing.T) {
	c := start(t, newCollector(t).URL)
	for _, want := range []struct {
		id     string
		status int
		body   string
	}{
		{"42", 200, `{"order_id":42,"state":"paid"}`},
		{"1", 200, `{"order_id":1,"state":"paid"}`},
		{"3", 200, `{"order_id":3,"state":"pending"}`},
		{"4", 200, `{"order_id":4,"state":"refunded"}`},
		{"40", 404, `{"error":"there is no payment for order 40"}`},
		{"300", 404, `{"error":"there is no payment for order 300"}`},
		{"301", 404, `{"error":"there is no payment for order 301"}`},
		{"0", 404, `{"error":"there is no payment for order 0"}`},
		{"-3", 404, `{"error":"there is no payment for order -3"}`},
		{"forty", 400, `{"error":"the order id in /payments/{id} must be a number"}`},
	} {
		status, body, err := c.get(t.Context(), "/payments/"+want.id)
		require.NoError(t, err)
		require.Equal(t, want.status, status, want.id)
		require.Equal(t, want.body, body)
	}
}

func TestSpan(t *testing.T) {
	got := newCollector(t)
	c := start(t, got.URL)
	_, _, err := c.get(t.Context(), "/payments/42", "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	require.NoError(t, err)
	begun := time.Now()
	s := got.one(t)
	require.Less(t, time.Since(begun), 500*time.Millisecond)

	require.Equal(t, "payment-api", s.service)
	require.Equal(t, "GET /payments/{id}", s.Name)
	require.Equal(t, tracepb.Span_SPAN_KIND_SERVER, s.Kind)
	require.Equal(t, "4bf92f3577b34da6a3ce929d0e0e4736", hex.EncodeToString(s.TraceId))
	require.Equal(t, "00f067aa0ba902b7", hex.EncodeToString(s.ParentSpanId))
	require.Equal(t, "/payments/{id}", s.attrs["http.route"])
	require.Equal(t, int64(200), s.attrs["http.response.status_code"])
	require.Equal(t, int64(42), s.attrs["order.id"])
	require.Equal(t, "paid", s.attrs["payment.state"])
}

// The environment is meant for the learner's service.
func TestEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://elsewhere.invalid")
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
	t.Setenv("OTEL_TRACES_SAMPLER", "always_off")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "60000")
	t.Setenv("OTEL_SERVICE_NAME", "mine")
	got := newCollector(t)
	start(t, got.URL).requirePaid(t)
	require.Equal(t, "payment-api", got.one(t).service)
}

func TestSlow(t *testing.T) {
	const d = 200 * time.Millisecond
	got := newCollector(t)
	c := start(t, got.URL)
	c.api.Set(payments.Slow(d))
	begun := time.Now()
	c.requirePaid(t)
	require.GreaterOrEqual(t, time.Since(begun), d)
	s := got.one(t)
	require.GreaterOrEqual(t, time.Duration(s.EndTimeUnixNano-s.StartTimeUnixNano), d, "the time passes inside the handler")
}

func TestFails(t *testing.T) {
	got := newCollector(t)
	c := start(t, got.URL)
	c.api.Set(payments.Fails())
	status, body, err := c.get(t.Context(), "/payments/42")
	require.NoError(t, err)
	require.Equal(t, 500, status)
	require.Equal(t, `{"error":"the payment API has a problem of its own"}`, body)
	require.Equal(t, tracepb.Status_STATUS_CODE_ERROR, got.one(t).Status.Code)
	c.api.Set(payments.Fault{})
	c.requirePaid(t)
}

// Both end as soon as nobody waits any more.
func TestCallerGoesAway(t *testing.T) {
	for _, f := range []payments.Fault{payments.Hangs(), payments.Slow(time.Hour)} {
		t.Run(f.String(), func(t *testing.T) {
			got := newCollector(t)
			c := start(t, got.URL)
			c.api.Set(f)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, _, err := c.get(ctx, "/payments/42")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			s := got.one(t)
			require.Less(t, time.Duration(s.EndTimeUnixNano-s.StartTimeUnixNano), time.Second)
			require.Equal(t, int64(499), s.attrs["http.response.status_code"])
			require.Equal(t, "caller hung up", s.Events[0].Name)
			require.NotEqual(t, tracepb.Status_STATUS_CODE_ERROR, s.Status.GetCode())
		})
	}
}

func TestDown(t *testing.T) {
	c := start(t, newCollector(t).URL)
	for range 3 {
		c.requirePaid(t) // and leaves an idle connection
		early, err := net.Dial("tcp", strings.TrimPrefix(c.api.URL(), "http://"))
		require.NoError(t, err)

		c.api.Set(payments.Down())
		_, _, err = c.get(t.Context(), "/payments/42")
		var refused *net.OpError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "dial", refused.Op)
		// Nor is a connection of any use that was opened before.
		_, _ = io.WriteString(early, "GET /payments/42 HTTP/1.1\r\nHost: x\r\n\r\n")
		answer, _ := io.ReadAll(early)
		require.Empty(t, answer)
		require.NoError(t, early.Close())

		c.api.Set(payments.Fault{})
	}
	c.requirePaid(t)
	require.NoError(t, c.api.Err())
}

// A request in flight ends as it began.
func TestSetSparesRequestsInFlight(t *testing.T) {
	c := start(t, newCollector(t).URL)
	for _, next := range []payments.Fault{payments.Fails(), payments.Down(), payments.Hangs()} {
		c.api.Set(payments.Slow(300 * time.Millisecond))
		done := make(chan error, 1)
		go func() {
			_, _, err := c.get(t.Context(), "/payments/42")
			done <- err
		}()
		time.Sleep(100 * time.Millisecond) // it is in the handler by now
		c.api.Set(next)
		require.NoError(t, <-done, next)
	}
}

func TestConcurrently(t *testing.T) {
	c := start(t, newCollector(t).URL)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ctx.Err() == nil {
				_, _, _ = c.get(ctx, "/payments/42")
			}
		})
	}
	for ctx.Err() == nil {
		for _, f := range []payments.Fault{payments.Slow(time.Millisecond), payments.Fails(), payments.Hangs(), payments.Down(), {}} {
			c.api.Set(f)
			require.Equal(t, f, c.api.Fault())
		}
	}
	callers.Wait()
	c.requirePaid(t)
}

func TestCloseFlushes(t *testing.T) {
	got := newCollector(t)
	c := start(t, got.URL)
	for range 100 {
		c.requirePaid(t)
	}
	require.NoError(t, c.api.Close(t.Context()))
	require.Len(t, got.spans(), 100)
	_, err := net.Dial("tcp", strings.TrimPrefix(c.api.URL(), "http://"))
	require.Error(t, err)
	c.api.Set(payments.Fault{}) // does no harm
}

// Close keeps to its context, whatever hangs.
func TestCloseInTime(t *testing.T) {
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hanging.Close()
	defer close(release)
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, collector := range map[string]string{"collector hangs": hanging.URL, "collector is down": gone.URL} {
		for _, limit := range []time.Duration{0, 300 * time.Millisecond} {
			t.Run(name+", "+limit.String(), func(t *testing.T) {
				c := start(t, collector)
				c.requirePaid(t)
				c.api.Set(payments.Hangs())
				done := make(chan int, 1)
				go func() {
					status, _, _ := c.get(t.Context(), "/payments/42")
					done <- status
				}()
				silent, err := net.Dial("tcp", strings.TrimPrefix(c.api.URL(), "http://"))
				require.NoError(t, err)
				defer silent.Close()
				time.Sleep(50 * time.Millisecond) // the request hangs by now

				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				begun := time.Now()
				err = c.api.Close(ctx)
				require.Less(t, time.Since(begun), limit+2*time.Second) // an exporter that nobody stops tries for a minute
				require.ErrorContains(t, err, "flush the spans of the payment API: ")
				lost, why := c.api.Lost()
				require.NotZero(t, lost)
				require.Error(t, why)
				<-done
			})
		}
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	_, err := payments.Start(t.Context(), payments.Options{Collector: "127.0.0.1:4318"})
	require.ErrorContains(t, err, `start the payment API: export spans to "127.0.0.1:4318": it must be a URL such as`)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, err = payments.Start(t.Context(), payments.Options{Addr: taken.Addr().String()})
	require.ErrorContains(t, err, "start the payment API: listen tcp "+taken.Addr().String())
}
