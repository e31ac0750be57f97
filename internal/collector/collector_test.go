package collector

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/collector/probe"
)

func port(t *testing.T, addr string) string {
	t.Helper()
	_, p, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	return p
}

// A port that another program holds should cost a notice, not the start.
func TestTakenPort(t *testing.T) {
	hosts := map[string]string{"on 127.0.0.1": "127.0.0.1:0", "on all addresses": ":0", "on ::1": "[::1]:0"}
	for name, host := range hosts {
		t.Run(name, func(t *testing.T) {
			other, err := net.Listen("tcp", host)
			if err != nil {
				t.Skip("this machine has no such address: ", err)
			}
			defer func() { _ = other.Close() }()
			taken := port(t, other.Addr().String())
			c, err := Start(Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:" + taken})
			require.NoError(t, err)
			defer func() { require.NoError(t, c.Close(context.Background())) }()
			require.NotEqual(t, taken, port(t, c.GRPCAddr()))
			require.Equal(t, []string{"port " + taken + " is taken, so OTLP over gRPC is received on " + c.GRPCAddr() +
				" instead; services that the workshop starts are told so"}, c.Notices())
			require.NoError(t, invoke(t, dial(t, c), traceProto(t)))
		})
	}
}

// When the holder is another workshop, the notice should say so.
func TestSecondWorkshop(t *testing.T) {
	first := start(t, Limits{})
	second, err := Start(Options{HTTPAddr: first.HTTPAddr(), GRPCAddr: first.GRPCAddr()})
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Close(context.Background())) }()
	require.Equal(t, []string{"ports " + port(t, first.HTTPAddr()) + " and " + port(t, first.GRPCAddr()) + " are held by another workshop, so telemetry is received on " +
		second.HTTPAddr() + " (HTTP) and " + second.GRPCAddr() + " (gRPC) instead; services that the workshop starts are told so"}, second.Notices())
	require.Empty(t, first.Notices())
}

func TestStartRefuses(t *testing.T) {
	for addr, says := range map[string]string{
		"0.0.0.0:4318":      "open to other machines: use 127.0.0.1:4318",
		":4318":             "open to other machines",
		"example.com:4318":  "open to other machines",
		"127.0.0.1":         "missing port",
		"127.0.0.1:nowhere": "no number",
		"127.0.0.1:70000":   "no number up to 65535",
	} {
		c, err := Start(Options{HTTPAddr: addr, GRPCAddr: "127.0.0.1:0"})
		require.ErrorContains(t, err, says, addr)
		require.Nil(t, c)
	}
	goleak.VerifyNone(t)
}

func TestLocalhostIsLoopback(t *testing.T) {
	c, err := Start(Options{HTTPAddr: "localhost:0", GRPCAddr: "[::1]:0"})
	if err != nil && strings.Contains(err.Error(), "::1") {
		t.Skip("this machine has no ::1")
	}
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(c.HTTPAddr(), "127.0.0.1:"))
	require.NoError(t, c.Close(context.Background()))
}

// Close should free the ports and leave nothing running, whatever its senders
// do, and soon.
func TestClose(t *testing.T) {
	c := start(t, Limits{})
	code, _, _ := post(t, c, "/v1/traces", pb, traceProto(t)) // leaves an idle connection
	require.Equal(t, 200, code)
	conn := dial(t, c)
	require.NoError(t, invoke(t, conn, traceProto(t)))
	for _, addr := range []string{c.HTTPAddr(), c.GRPCAddr()} {
		silent, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer func() { _ = silent.Close() }()
	}
	half, err := net.Dial("tcp", c.HTTPAddr())
	require.NoError(t, err)
	defer func() { _ = half.Close() }()
	_, err = half.Write([]byte("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n\r\nx"))
	require.NoError(t, err)

	begin := time.Now()
	require.NoError(t, c.Close(context.Background()))
	require.Less(t, time.Since(begin), 4*time.Second)
	require.NoError(t, c.Close(context.Background()), "a second time")
	require.NoError(t, conn.Close())
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t)

	require.Len(t, c.Store().Traces(), 1, "the store stays readable")
	for _, addr := range []string{c.HTTPAddr(), c.GRPCAddr()} {
		ln, err := net.Listen("tcp", addr)
		require.NoError(t, err, "the port is free")
		require.NoError(t, ln.Close())
	}
}

// The probe's protocol, over the wire, as a check uses it.
func TestProbeOverHTTP(t *testing.T) {
	c := start(t, Limits{})
	require.True(t, probe.IsWorkshop(t.Context(), c.HTTPAddr()))
	seen, err := probe.Seen(t.Context(), c.HTTPAddr(), "a/b?c")
	require.NoError(t, err)
	require.Zero(t, seen)
	body := strings.Replace(traceJSON, `"service.name"`, `"workshop.probe"`, 1)
	body = strings.Replace(body, `"shop"`, `"a/b?c"`, 1)
	code, _, _ := post(t, c, "/v1/traces", js, []byte(body))
	require.Equal(t, 200, code)
	seen, err = probe.Seen(t.Context(), c.HTTPAddr(), "a/b?c")
	require.NoError(t, err)
	require.Equal(t, probe.Signals{Traces: true}, seen)
	require.Empty(t, c.Store().Traces())
}
