package collector

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

type protoNumber = protowire.Number

// within wraps a protobuf message in fields, the innermost first.
func within(body []byte, fields ...protoNumber) []byte {
	for _, f := range fields {
		body = protowire.AppendBytes(protowire.AppendTag(nil, f, protowire.BytesType), body)
	}
	return body
}

// nested is a span whose attribute is a list in a list in a list.
func nested(depth int) []byte {
	reversed := make([]byte, 0, depth*10) // written from the inside: a list's length comes before it
	for range depth {
		for _, tag := range []byte{0x0a, 0x2a} { // ArrayValue.values, AnyValue.array_value
			head := protowire.AppendVarint([]byte{tag}, uint64(len(reversed)))
			slices.Reverse(head)
			reversed = append(reversed, head...)
		}
	}
	slices.Reverse(reversed)
	return within(reversed, 2, 9, 2, 2, 1)
}

// Bodies that would end the process, or take gigabytes, should be refused over
// both protocols, and cost little.
func TestHostileBodies(t *testing.T) {
	const many = 6 << 20
	group := slices.Concat([]byte{0x13, 0x0a, 0x00}, nested(200)) // hidden after a group that pdata leaves early
	tests := []struct {
		name string
		body []byte
		http int
		grpc codes.Code
		says string
	}{
		{"a million lists in lists", nested(1_500_000), 400, codes.InvalidArgument, "nested more than 100 deep"},
		{"empty spans", within(bytes.Repeat([]byte{0x12, 0}, many), 2, 1), 413, codes.ResourceExhausted, "128 MiB of memory"},
		{"empty attributes", within(bytes.Repeat([]byte{0x4a, 0}, many), 2, 2, 1), 413, codes.ResourceExhausted, "128 MiB of memory"},
		{"empty events", within(bytes.Repeat([]byte{0x5a, 0}, many), 2, 2, 1), 413, codes.ResourceExhausted, "128 MiB of memory"},
		{"empty resources", bytes.Repeat([]byte{0x0a, 0}, many), 413, codes.ResourceExhausted, "128 MiB of memory"},
		{"old field", within(bytes.Repeat([]byte{0x12, 0}, many), 1000, 1), 413, codes.ResourceExhausted, "128 MiB of memory"},
		{"a group", append(group, within(make([]byte, 1<<18), 77)...), 400, codes.InvalidArgument, "no OTLP request"},
	}
	c := start(t, Limits{})
	conn := dial(t, c)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Less(t, len(tt.body), maxBody)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			code, answer, _ := post(t, c, "/v1/traces", pb, tt.body)
			require.Equal(t, tt.http, code, answer)
			require.Contains(t, answer, tt.says)
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(80<<20), "reading alone doubles a buffer up to 32 MiB")

			err := invoke(t, conn, tt.body)
			require.Equal(t, tt.grpc, status.Code(err), err)
			require.ErrorContains(t, err, tt.says)
			require.Empty(t, c.Store().Traces())
		})
	}
	require.NoError(t, invoke(t, conn, traceProto(t)), "it goes on")
}

// What is nested less deep, and dense but real, should be taken.
func TestHonestBodies(t *testing.T) {
	_, err := wireCost(append(nested(40), within(make([]byte, 1<<20), 77)...), tracesMessage())
	require.NoError(t, err)
	for name, body := range map[string][]byte{"small spans": traceProto(t), "spans of a service": batchProto(t)} {
		full := bytes.Repeat(body, (maxBody-1)/len(body))
		cost, err := wireCost(full, tracesMessage())
		require.NoError(t, err, "16 MiB of %s", name)
		t.Logf("16 MiB of %s cost %d MiB", name, cost>>20)
	}
}

func TestMalformedGRPC(t *testing.T) {
	c := start(t, Limits{})
	conn := dial(t, c)
	require.Equal(t, codes.InvalidArgument, status.Code(invoke(t, conn, []byte("hello"))))
	require.Equal(t, codes.ResourceExhausted, status.Code(invoke(t, conn, make([]byte, maxBody+1))))
	require.Equal(t, 2, c.Store().Stats().Refused)
	require.NoError(t, invoke(t, conn, traceProto(t)))
	require.Len(t, c.Store().Traces(), 1)
}

// Many bombs at once should cost what a few cost.
func TestGzipBombs(t *testing.T) {
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	chunk := make([]byte, 1<<20)
	for range 32 {
		_, err := zw.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, zw.Close())
	bomb := out.Bytes() // 32 MiB in 32 KiB

	c := start(t, Limits{})
	stop := make(chan struct{})
	peak := make(chan uint64)
	go func() {
		var m runtime.MemStats
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	var senders sync.WaitGroup
	for range 12 {
		senders.Go(func() {
			code, _, _ := post(t, c, "/v1/traces", pb, bomb, "Content-Encoding", "gzip")
			require.Contains(t, []int{413, 503}, code, "too large, or one at a time")
		})
	}
	senders.Wait()
	close(stop)
	most := <-peak
	t.Logf("%d MiB at most", most>>20)
	require.Less(t, most, uint64(256<<20), "growing buffers for the body that is being opened, not for each that has come")
}

// A sender that speaks TLS, or anything else, to a plain port should disturb
// nobody.
func TestForeignProtocols(t *testing.T) {
	c := start(t, Limits{})
	for _, addr := range []string{c.HTTPAddr(), c.GRPCAddr()} {
		conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", addr)
		require.Error(t, err)
		require.Nil(t, conn)
		for _, text := range []string{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x00\x01\x02", "GET / HTTP/1.1\r\n\r\n", "POST http://evil.example/v1/traces HTTP/1.1\r\nHost: localhost\r\n\r\n"} {
			conn, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			// The server may hang up at any moment; what counts comes below.
			_, _ = io.WriteString(conn, text)
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}
	code, _, _ := post(t, c, "/v1/traces", pb, traceProto(t))
	require.Equal(t, 200, code)
	require.NoError(t, invoke(t, dial(t, c), traceProto(t)))
}

// A panic while decoding should be an answer, over both protocols.
func TestPanicIsAnswered(t *testing.T) {
	r := newReceiver(NewStore(Limits{}))
	broken := ofTraces
	broken.accept = func(*Store, []byte, encoding) (acceptance, error) { panic("oh") }
	for range cap(r.light.slots) + 1 { // the slot comes back
		_, problem := r.receive(t.Context(), broken, protobuf, nil, nil, false)
		require.Equal(t, 500, problem.http)
		require.Equal(t, codes.Internal, problem.grpc)
		require.Contains(t, problem.message, "oh")
	}
}

func dial(t testing.TB, c *Collector) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(c.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(bytesCodec{}), grpc.MaxCallSendMsgSize(2*maxBody)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// invoke sends bytes as they are to the trace service.
func invoke(t testing.TB, conn *grpc.ClientConn, body []byte) error {
	var answer []byte
	return conn.Invoke(t.Context(), "/"+signals[0].service+"/Export", body, &answer)
}

// bytesCodec writes and reads messages as they are.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "proto" }

func (bytesCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (bytesCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}
