package collector

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding/gzip"

	"otel.workshop/internal/forward"
)

const logJSON = `{"resourceLogs":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
  "scopeLogs":[{"scope":{"name":"by.hand"},"logRecords":[
    {"timeUnixNano":"1544712660000000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"order 42"},
     "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b173"}]}]}]}`

// texts are a request of each signal.
var texts = map[string]string{"traces": traceJSON, "metrics": gaugeJSON, "logs": logJSON}

// requestOf makes an empty request of a signal.
func requestOf(signal string) interface {
	export
	MarshalProto() ([]byte, error)
	MarshalJSON() ([]byte, error)
} {
	switch signal {
	case "traces":
		return ptraceotlp.NewExportRequest()
	case "metrics":
		return pmetricotlp.NewExportRequest()
	}
	return plogotlp.NewExportRequest()
}

// asProto writes a request in the other encoding.
func asProto(t testing.TB, signal, text string) []byte {
	t.Helper()
	m := requestOf(signal)
	require.NoError(t, m.UnmarshalJSON([]byte(text)))
	body, err := m.MarshalProto()
	require.NoError(t, err)
	return body
}

// A taker keeps what a collector relays, as text. At the end of a chain it is a
// backend that can be looked into.
type taker struct {
	mu   sync.Mutex
	got  map[string][]string // by signal
	came chan struct{}
}

func newTaker() *taker {
	return &taker{got: make(map[string][]string), came: make(chan struct{}, 1000)}
}

func (k *taker) Sent(http.Header) bool { return false }

func (k *taker) Relay(signal string, body []byte, _ http.Header) {
	text := []byte("no OTLP")
	if m := requestOf(signal); m.UnmarshalProto(body) == nil {
		text, _ = m.MarshalJSON()
	}
	k.mu.Lock()
	k.got[signal] = append(k.got[signal], string(text))
	k.mu.Unlock()
	k.came <- struct{}{}
}

// next waits for one request of a signal.
func (k *taker) next(t *testing.T, signal string) string {
	t.Helper()
	wait(t, k.came)
	k.mu.Lock()
	defer k.mu.Unlock()
	require.Len(t, k.got[signal], 1)
	text := k.got[signal][0]
	clear(k.got)
	return text
}

// startForwarding starts a collector on free ports that forwards.
func startForwarding(t testing.TB, f Forwarder) *Collector {
	t.Helper()
	c, err := Start(Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Forward: f})
	require.NoError(t, err)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		require.NoError(t, c.Close(context.Background()))
	})
	return c
}

// to starts a forwarder to a backend.
func to(t testing.TB, addr string) *forward.Forwarder {
	t.Helper()
	f, err := forward.Start(forward.Options{Endpoint: "http://" + addr})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f.Close(ctx)
	})
	return f
}

// What comes in should come out at a backend as it was, whichever signal it is
// and whichever way it came.
func TestForwarding(t *testing.T) {
	taker := newTaker()
	backend := startForwarding(t, taker)
	f := to(t, backend.HTTPAddr())
	c := startForwarding(t, f)
	conn := dial(t, c)
	sent := 0
	for _, sig := range signals {
		text := texts[sig.name]
		body := asProto(t, sig.name, text)
		m := requestOf(sig.name)
		require.NoError(t, m.UnmarshalProto(body))
		want, err := m.MarshalJSON()
		require.NoError(t, err)
		overHTTP := func(contentType string, body []byte, headers ...string) func(*testing.T) {
			return func(t *testing.T) {
				code, answer, _ := post(t, c, "/v1/"+sig.name, contentType, body, headers...)
				require.Equal(t, 200, code, answer)
			}
		}
		overGRPC := func(o ...grpc.CallOption) func(*testing.T) {
			return func(t *testing.T) {
				var answer []byte
				require.NoError(t, conn.Invoke(t.Context(), "/"+sig.service+"/Export", body, &answer, o...))
			}
		}
		for name, send := range map[string]func(*testing.T){
			"protobuf":    overHTTP(pb, body),
			"gzip":        overHTTP(pb, zip(t, body), "Content-Encoding", "gzip"),
			"JSON":        overHTTP(js, []byte(text)),
			"zipped JSON": overHTTP(js, zip(t, []byte(text)), "Content-Encoding", "gzip"),
			"gRPC":        overGRPC(),
			"zipped gRPC": overGRPC(grpc.UseCompressor(gzip.Name)),
		} {
			t.Run(sig.name+" "+name, func(t *testing.T) {
				send(t)
				require.Equal(t, string(want), taker.next(t, sig.name))
				sent++
			})
		}
	}
	require.Eventually(t, func() bool { return f.Stats().Sent == sent }, 10*time.Second, time.Millisecond)
	require.Zero(t, f.Stats().Dropped)
	require.Equal(t, c.Store().Stats().Requests, backend.Store().Stats().Requests)
	require.Equal(t, 6, backend.Store().Stats().LogRecords)
}

// Memory of a body that is used again must not change what waits to be sent.
func TestForwardedBodiesAreCopies(t *testing.T) {
	taker := newTaker()
	c := startForwarding(t, taker)
	for i := range 20 {
		name := strings.Repeat(string(rune('a'+i)), 5)
		code, _, _ := post(t, c, "/v1/traces", pb, asProto(t, "traces", strings.ReplaceAll(traceJSON, "child", name)))
		require.Equal(t, 200, code)
	}
	for i, text := range taker.got["traces"] {
		require.Contains(t, text, strings.Repeat(string(rune('a'+i)), 5))
	}
	require.Len(t, taker.got["traces"], 20)
}

// What a check sends to see whether it arrives should go to nobody else, nor
// what was refused. Beside a probe, the rest goes on.
func TestNotForwarded(t *testing.T) {
	taker := newTaker()
	c := startForwarding(t, taker)
	for _, sig := range signals {
		text := texts[sig.name]
		probed := strings.Replace(text, `"service.name"`, `"workshop.probe"`, 1)
		for _, contentType := range []string{pb, js} {
			write := func(text string) []byte {
				if contentType == js {
					return []byte(text)
				}
				return asProto(t, sig.name, text)
			}
			send := func(body []byte, want int) {
				t.Helper()
				code, answer, _ := post(t, c, "/v1/"+sig.name, contentType, body)
				require.Equal(t, want, code, answer)
			}
			send(write(probed), 200)
			send([]byte("{broken"), 400)
			send(write("{}"), 200)
			require.Empty(t, taker.got)

			// {"resourceX":[A]} three times, the probe in the middle and at both ends.
			list := func(text string) string {
				return text[strings.Index(text, "[")+1 : strings.LastIndex(text, "]")]
			}
			before, _, _ := strings.Cut(text, "[")
			join := func(texts ...string) string { return before + "[" + strings.Join(texts, ",") + "]}" }
			other := strings.ReplaceAll(list(text), "by.hand", "by.others")
			send(write(join(list(probed), list(text), list(probed), other, list(probed))), 200)
			m := requestOf(sig.name)
			require.NoError(t, m.UnmarshalJSON([]byte(join(list(text), other))))
			want, err := m.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, string(want), taker.next(t, sig.name))
		}
	}
	// Spans without ids: a part of them is the backend's to judge, too.
	td := requestOf("traces")
	require.NoError(t, td.UnmarshalJSON([]byte(strings.ReplaceAll(traceJSON, "5b8efff798038103d269b633813fc60c", ""))))
	body, err := td.MarshalProto()
	require.NoError(t, err)
	code, answer, _ := post(t, c, "/v1/traces", pb, body)
	require.Equal(t, 200, code)
	require.Contains(t, answer, "2 spans rejected")
	require.Empty(t, taker.got)
	code, _, _ = post(t, c, "/v1/traces", pb, slices.Concat(body, traceProto(t)))
	require.Equal(t, 200, code)
	require.Contains(t, taker.next(t, "traces"), "5b8efff798038103d269b633813fc60c")
}

// Two that forward to each other should notice, and end it.
func TestForwardingInACircle(t *testing.T) {
	a := start(t, Limits{})
	b := startForwarding(t, to(t, a.HTTPAddr()))
	f := to(t, b.HTTPAddr())
	a.receiver.forward = f // b's address was not known before
	code, _, _ := post(t, a, "/v1/traces", pb, traceProto(t))
	require.Equal(t, 200, code)
	require.Eventually(t, func() bool { return a.Store().Stats().Refused == 1 }, 10*time.Second, time.Millisecond)
	require.Contains(t, a.Store().Stats().LastRefusal, "this workshop has forwarded this itself")
	back := b.receiver.forward.(*forward.Forwarder)
	require.Eventually(t, func() bool { return back.Stats().Dropped == 1 }, 10*time.Second, time.Millisecond)
	require.Contains(t, back.Stats().Losses[0].Why, "it answered 508 Loop Detected: this workshop has forwarded this itself")
	require.Equal(t, 2, a.Store().Stats().Spans)
	require.Equal(t, 2, b.Store().Stats().Spans)
	require.Eventually(t, func() bool { return f.Stats().Sent == 1 }, 10*time.Second, time.Millisecond, "b has answered a")
}
