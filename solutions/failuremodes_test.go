package solutions_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/checker/database"
	failuremodes "otel.workshop/solutions/04-failure-modes"
)

// When Run has returned, no goroutine of it is left, whether the collector
// takes what it is sent, refuses it, or hangs.
func TestRunLeavesNothing(t *testing.T) {
	for name, collector := range map[string]http.HandlerFunc{
		"accepts": func(http.ResponseWriter, *http.Request) {},
		"refuses": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "full", http.StatusServiceUnavailable) },
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or net/http does not notice that the caller leaves
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			collector := httptest.NewServer(collector)
			defer collector.Close()
			defer collector.CloseClientConnections()
			payments := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"state":"paid"}`)) // the caller waits for it
			}))
			defer payments.Close()
			defer http.DefaultClient.CloseIdleConnections()
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
			db := (&database.Database{Orders: map[int64]string{42: "shipped"}}).Open()
			defer db.Close()

			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- failuremodes.Run(ctx, ln, failuremodes.Config{
					DB: db, PaymentsURL: payments.URL, PaymentTimeout: time.Second, FlushTimeout: 300 * time.Millisecond,
					Log: slog.New(slog.DiscardHandler),
				})
			}()
			resp, err := http.Get("http://" + ln.Addr().String() + "/orders/42")
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusOK, resp.StatusCode)
			http.DefaultClient.CloseIdleConnections()
			stop()
			if err := <-ended; name == "accepts" {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
		})
	}
}
