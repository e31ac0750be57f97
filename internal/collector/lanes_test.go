package collector

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// fullBody is 16 MiB of what is usual.
func fullBody(t testing.TB) []byte {
	usual := batchProto(t)
	return bytes.Repeat(usual, maxBody/len(usual))
}

// What takes much memory should never hold up what does not, and should be told
// when to come again.
func TestTheHeavyWaitsByItself(t *testing.T) {
	c := start(t, Limits{})
	conn := dial(t, c)
	c.receiver.heavy.slots <- struct{}{} // one is at it
	heavy := within(bytes.Repeat([]byte{0x12, 0}, 100_000), 2, 1)

	code, answer, h := post(t, c, "/v1/traces", pb, heavy)
	require.Equal(t, 503, code, answer)
	require.Equal(t, "1", h.Get("Retry-After"))
	require.Contains(t, answer, "send this again in a second")
	isRetryable(t, invoke(t, conn, heavy))

	code, answer, _ = post(t, c, "/v1/traces", pb, batchProto(t))
	require.Equal(t, 200, code, answer)
	require.NoError(t, invoke(t, conn, batchProto(t)))
	<-c.receiver.heavy.slots
	code, answer, _ = post(t, c, "/v1/traces", pb, heavy)
	require.Equal(t, 200, code, answer)
}

// isRetryable holds an error to what OTLP says an exporter sends again.
func isRetryable(t *testing.T, err error) {
	t.Helper()
	s := status.Convert(err)
	require.Equal(t, codes.Unavailable, s.Code(), err)
	require.Len(t, s.Details(), 1)
	info, ok := s.Details()[0].(*errdetails.RetryInfo)
	require.True(t, ok)
	require.Equal(t, time.Second, info.RetryDelay.AsDuration())
}

// Large bodies that do not come to their end should keep out no more than other
// large ones.
func TestLargeBodiesHaveTheirPlaces(t *testing.T) {
	c := start(t, Limits{})
	for range largeBodies {
		conn, err := net.Dial("tcp", c.HTTPAddr())
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = io.WriteString(conn, head(pb, 15<<20))
		require.NoError(t, err)
		_, err = conn.Write(make([]byte, smallBody+1))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return len(c.receiver.large) == largeBodies }, 10*time.Second, time.Millisecond)
	full := fullBody(t)
	code, answer, h := post(t, c, "/v1/traces", pb, full)
	require.Equal(t, 503, code, answer)
	require.Equal(t, "1", h.Get("Retry-After"))
	isRetryable(t, invoke(t, dial(t, c), full))
	code, answer, _ = post(t, c, "/v1/traces", pb, batchProto(t))
	require.Equal(t, 200, code, answer)
	// An exporter has its answer a moment before its body's memory is back.
	require.Eventually(t, func() bool { return c.receiver.pool.unused() == poolSize }, 10*time.Second, time.Millisecond)
}

// A body that stands still should be told to make room as soon as there is
// need of it.
func TestSlowBodiesMakeRoom(t *testing.T) {
	c := start(t, Limits{})
	var slow []net.Conn
	for range 2 * poolSize / (256 << 10) {
		conn, err := net.Dial("tcp", c.HTTPAddr())
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = io.WriteString(conn, head(js, 1<<20))
		require.NoError(t, err)
		_, err = conn.Write(make([]byte, 256<<10))
		require.NoError(t, err)
		slow = append(slow, conn)
	}
	require.NoError(t, slow[0].SetReadDeadline(time.Now().Add(10*time.Second)))
	said, err := io.ReadAll(slow[0])
	require.NoError(t, err)
	require.Contains(t, string(said), "503 Service Unavailable")
	require.Contains(t, string(said), "had to make room")
	code, answer, _ := post(t, c, "/v1/traces", pb, bytes.Repeat(batchProto(t), 4))
	require.Equal(t, 200, code, answer)
}
