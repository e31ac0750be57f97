package collector

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// frame is a message as it goes over the wire.
func frame(flag byte, length int, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(length)), message...)
}

// What is no call, or none that is served, should be answered as gRPC has it,
// and the connection go on.
func TestGRPCRefuses(t *testing.T) {
	body := traceProto(t)
	export := "/" + ofTraces.service + "/Export"
	tests := []struct {
		name, path string
		body       []byte
		encoding   string
		status     string
		says       string
	}{
		{"nothing", export, nil, "", "3", "breaks off"},
		{"half a head", export, []byte{0, 0}, "", "3", "breaks off"},
		{"half a message", export, frame(0, len(body), body[:20]), "", "3", "breaks off"},
		{"too long", export, frame(0, maxBody+1, nil), "", "8", "larger than 16 MiB"},
		{"absurdly long", export, frame(0, 1<<32-1, nil), "", "8", "larger than 16 MiB"},
		{"zstd", export, frame(1, len(body), body), "zstd", "12", `"zstd" is not understood: use gzip`},
		{"no encoding", export, frame(1, len(body), body), "", "12", "use gzip"},
		{"no gzip", export, frame(1, len(body), body), "gzip", "3", "no gzip"},
		{"a bomb", export, frame(1, len(zip(t, make([]byte, maxBody+1))), zip(t, make([]byte, maxBody+1))), "gzip", "8", "larger than 16 MiB"},
		{"another method", "/" + ofTraces.service + "/Import", frame(0, 0, nil), "", "12", "only the Export calls"},
		{"another service", "/grpc.health.v1.Health/Check", frame(0, 0, nil), "", "12", "only the Export calls"},
	}
	c := start(t, Limits{})
	client := h2c()
	defer client.CloseIdleConnections()
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.GRPCAddr()+tt.path, bytes.NewReader(tt.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/grpc+proto")
			if tt.encoding != "" {
				req.Header.Set("Grpc-Encoding", tt.encoding)
			}
			resp, err := client.Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, 200, resp.StatusCode)
			require.Equal(t, tt.status, resp.Header.Get("Grpc-Status"))
			require.Contains(t, resp.Header.Get("Grpc-Message"), tt.says)
			require.Equal(t, i+1, c.Store().Stats().Refused)
		})
	}
	require.NoError(t, invoke(t, dial(t, c), body))
	require.Len(t, c.Store().Traces(), 1)
}

// Who sends OTLP over HTTP to this port should be told where it goes.
func TestHTTPOnTheGRPCPort(t *testing.T) {
	c := start(t, Limits{})
	resp, err := http.Post("http://"+c.GRPCAddr()+"/v1/traces", pb, bytes.NewReader(traceProto(t)))
	require.NoError(t, err)
	said, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 415, resp.StatusCode)
	require.Contains(t, string(said), "OTLP over HTTP goes to http://"+c.HTTPAddr())

	// Nor is HTTP/1 a way around what a browser may not do.
	resp, err = http.Post("http://"+c.GRPCAddr()+"/"+ofTraces.service+"/Export", grpcType, strings.NewReader("\x00\x00\x00\x00\x00"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 415, resp.StatusCode)
}

// A message should reach the sender whatever is in it.
func TestGRPCMessage(t *testing.T) {
	require.Equal(t, "100%25 %C3%BC %0A~", grpcMessage("100% ü \n~"))
	c := start(t, Limits{})
	err := invoke(t, dial(t, c), []byte("hello"))
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "this is no OTLP request for traces: ")
}
