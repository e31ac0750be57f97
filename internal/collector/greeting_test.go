package collector

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// The two ports are easily mixed up, and an exporter's own message does not say
// so: the collector does, once.
func TestWrongDoors(t *testing.T) {
	c := start(t, Limits{})
	for range 2 {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Post("http://"+c.GRPCAddr()+"/v1/traces", pb, strings.NewReader("x"))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.GreaterOrEqual(t, resp.StatusCode, 400)
	}
	conn, err := grpc.NewClient(c.HTTPAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	require.Error(t, invoke(t, conn, traceProto(t)))
	_, err = (&tls.Dialer{}).DialContext(t.Context(), "tcp", c.HTTPAddr())
	require.Error(t, err)

	told := c.Store().Refusals()
	require.Len(t, told, 3)
	require.Contains(t, told[0], "this port receives OTLP over gRPC: OTLP over HTTP goes to http://"+c.HTTPAddr())
	require.Contains(t, told[1], "gRPC to "+c.HTTPAddr()+": OTLP over HTTP is received there: ")
	require.Contains(t, told[2], "TLS to "+c.HTTPAddr()+": the workshop's collector has no certificate")
	require.NoError(t, invoke(t, dial(t, c), traceProto(t)), "gRPC at its own door")
}

func TestRefusalsAreToldOnce(t *testing.T) {
	c := start(t, Limits{})
	for range 3 {
		post(t, c, "/", pb, nil)
		post(t, c, "/v1/traces/v1/traces", pb, nil)
		do(t, c, http.MethodGet, "/v1/traces", nil)
		post(t, c, "/v1/traces", pb, nil, "Host", "workshop.example")
		post(t, c, "/v1/traces", pb, nil, "Origin", "https://evil.example")
	}
	told := c.Store().Refusals()
	require.Len(t, told, 5)
	require.Contains(t, told[0], "POST /: nothing is received at /")
	require.Contains(t, told[1], "is doubled")
	require.Contains(t, told[2], "telemetry is sent with POST, not GET")
	require.Contains(t, told[3], `a request with the Host "workshop.example": only programs`)
	require.Contains(t, told[4], `the Origin "https://evil.example"`)
	for i := range 100 {
		post(t, c, "/"+strings.Repeat("x", i+1), pb, nil)
	}
	require.Len(t, c.Store().Refusals(), mostRefusals)
}

// A page of this machine may send: its browser asks before.
func TestPagesOfThisMachineMaySend(t *testing.T) {
	c := start(t, Limits{})
	const origin = "http://localhost:3000"
	status, _, h := do(t, c, http.MethodOptions, "/v1/traces", nil, "Origin", origin,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,x-mine")
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, origin, h.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "POST", h.Get("Access-Control-Allow-Methods"))
	require.Equal(t, "content-type,x-mine", h.Get("Access-Control-Allow-Headers"))
	status, _, h = post(t, c, "/v1/traces", js, []byte(traceJSON), "Origin", origin)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, origin, h.Get("Access-Control-Allow-Origin"))
	require.Empty(t, c.Store().Refusals())

	status, _, h = do(t, c, http.MethodOptions, "/v1/traces", nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	require.Equal(t, http.StatusForbidden, status)
	require.Empty(t, h.Get("Access-Control-Allow-Origin"))
	_, _, h = post(t, c, "/v1/traces", js, []byte(traceJSON))
	require.Empty(t, h.Get("Access-Control-Allow-Origin"), "a program asks for nothing of the kind")
}
