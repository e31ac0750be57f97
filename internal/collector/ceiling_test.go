package collector

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// A collector in a process of its own should stay below its ceiling at more
// than ten times the load that fills it, go on serving ordinary exporters
// meanwhile, and give the memory back afterwards: also when it forwards, to a
// backend that takes everything and answers nothing.
func TestCeiling(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	t.Run("alone", func(t *testing.T) { testCeiling(t, "alone", 192<<20) })
	t.Run("forwarding", func(t *testing.T) { testCeiling(t, hungBackend(t), (192+2*40)<<20) })
}

// hungBackend reads whatever is sent to it, and never answers.
func hungBackend(t testing.TB) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				_, _ = io.Copy(io.Discard, conn) // until the sender gives up
				_ = conn.Close()
			})
		}
	})
	return "http://" + l.Addr().String()
}

// testCeiling attacks a collector that forwards to a URL, or is alone. It should
// take less than rest, in bytes, soon afterwards.
func testCeiling(t *testing.T, forwardTo string, rest int) {
	p := startProcess(t, forwardTo)
	expensive := expensiveBodies(t)
	names := []string{"HTTP", "gRPC", "JSON", "HTTP to nobody"}
	senders := []func(context.Context) error{p.overHTTP(t), p.overGRPC(t), p.inJSON, p.toNobody(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var ordinary sync.WaitGroup
	took := make([]durations, len(senders))
	for i, send := range senders {
		ordinary.Go(func() { took[i].measure(ctx, send) })
	}
	a := &attack{ctx: ctx, http: p.http, grpc: p.grpc, answers: make(map[string]int)}
	a.slowBodies(80)
	a.slowCalls(8, 10)
	a.silentConnections(2500)
	a.send(8, expensive)
	for ctx.Err() == nil {
		if now, _ := p.memory(t); now > 3*Ceiling/2 {
			cancel()
			t.Errorf("the process takes %d MiB, and was ended", now>>20)
			p.kill()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	ordinary.Wait()
	a.Wait()
	if t.Failed() {
		return
	}
	_, peak := p.memory(t)
	t.Logf("%d MiB at most, of %d; large bodies were answered %v", peak>>20, Ceiling>>20, a.answers)
	require.Less(t, peak, Ceiling)
	// The processors are shared with the attack, and with whatever else this
	// machine does: what anything takes in that process is not what is tested.
	machine := took[len(took)-1].at(0.9)
	for i, name := range names {
		d := &took[i]
		t.Logf("ordinary, over %s: %d exports, the median took %v, nine in ten less than %v, the longest %v; %d failed: %v",
			name, len(d.all), d.at(0.5), d.at(0.9), d.at(1), d.failed, d.why)
		require.NotEmpty(t, d.all)
		require.Less(t, d.at(0.5), time.Second)
		require.Less(t, d.at(0.9), time.Second+2*machine)
		require.LessOrEqual(t, d.failed*10, len(d.all), d.why)
	}
	var after int
	require.Eventually(t, func() bool {
		after, _ = p.memory(t)
		return after < rest
	}, 20*time.Second, 100*time.Millisecond, "memory comes back")
	t.Logf("%d MiB soon afterwards", after>>20)
}

// durations are how long the requests of one exporter took.
type durations struct {
	all    []time.Duration
	failed int
	why    error
}

func (d *durations) measure(ctx context.Context, send func(context.Context) error) {
	for ctx.Err() == nil {
		begin := time.Now()
		err := send(context.WithoutCancel(ctx))
		d.all = append(d.all, time.Since(begin))
		if err != nil {
			d.failed++
			d.why = err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (d *durations) at(part float64) time.Duration {
	slices.Sort(d.all)
	return d.all[int(part*float64(len(d.all)-1))]
}

// ordinary are the spans of an ordinary batch.
func ordinary() []sdktrace.ReadOnlySpan {
	stubs := make(tracetest.SpanStubs, batch)
	for i := range stubs {
		stubs[i].Name = "GET /orders/{id}"
		stubs[i].SpanContext = trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, byte(i)}, SpanID: trace.SpanID{1, byte(i >> 8), byte(i)}})
	}
	return stubs.Snapshots()
}

func (p *process) overHTTP(t *testing.T) func(context.Context) error {
	exp, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(p.http), otlptracehttp.WithInsecure(), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = exp.Shutdown(context.Background()) })
	spans := ordinary()
	return func(ctx context.Context) error { return exp.ExportSpans(ctx, spans) }
}

func (p *process) overGRPC(t *testing.T) func(context.Context) error {
	exp, err := otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(p.grpc), otlptracegrpc.WithInsecure(), otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = exp.Shutdown(context.Background()) })
	spans := ordinary()
	return func(ctx context.Context) error { return exp.ExportSpans(ctx, spans) }
}

func (p *process) inJSON(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.http+"/v1/traces", strings.NewReader(traceJSON))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", js)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err = io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %s", resp.Status)
	}
	return err
}

// toNobody sends to what only answers, in the collector's process.
func (p *process) toNobody(t *testing.T) func(context.Context) error {
	body := batchProto(t)
	return func(ctx context.Context) error {
		resp, err := http.Post("http://"+p.nobody, pb, bytes.NewReader(body))
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
}
