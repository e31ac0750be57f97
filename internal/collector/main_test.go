package collector

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		if err := serveAsProcess(); err != nil {
			log.Fatal(err)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// start starts a collector on free ports and closes it when the test ends.
func start(t testing.TB, l Limits) *Collector {
	t.Helper()
	c, err := Start(Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Limits: l})
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, c.Close(context.Background()))
	})
	return c
}

// post sends a body with a content type and more headers, as key and value.
func post(t testing.TB, c *Collector, path, contentType string, body []byte, headers ...string) (status int, answer string, h http.Header) {
	t.Helper()
	return do(t, c, http.MethodPost, path, bytes.NewReader(body), append(headers, "Content-Type", contentType)...)
}

func do(t testing.TB, c *Collector, method, path string, body io.Reader, headers ...string) (status int, answer string, h http.Header) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+c.HTTPAddr()+path, body)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b), resp.Header
}

// wait waits for a subscriber's wake-up.
func wait(t testing.TB, changed <-chan struct{}) {
	t.Helper()
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Fatal("no wake-up")
	}
}

const (
	pb = "application/x-protobuf"
	js = "application/json"
)
