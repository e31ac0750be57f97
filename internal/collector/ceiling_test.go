package collector

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
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
// meanwhile, and give the memory back afterwards.
func TestCeiling(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	p := startProcess(t)
	expensive := expensiveBodies(t)
	names := []string{"HTTP", "gRPC", "JSON", "HTTP to nobody"}
	senders := []func(context.Context) error{p.overHTTP(t), p.overGRPC(t), p.inJSON, p.toNobody(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	a := &attack{ctx: ctx, http: p.http, grpc: p.grpc, answers: make(map[string]int)}
	a.slowBodies(80)
	a.slowCalls(8, 10)
	a.silentConnections(2500)
	a.send(8, expensive)

	var ordinary sync.WaitGroup
	took := make([]durations, len(senders))
	for i, send := range senders {
		ordinary.Go(func() { took[i].measure(ctx, send) })
	}
	for ctx.Err() == nil {
		if now, _ := p.memory(t); now > 2*Ceiling {
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
		return after < Ceiling/3
	}, 20*time.Second, 100*time.Millisecond, "memory comes back")
	t.Logf("%d MiB afterwards", after>>20)
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

// An attack is everything at once that would take more than there is.
type attack struct {
	sync.WaitGroup
	ctx        context.Context
	http, grpc string

	mu      sync.Mutex
	answers map[string]int // how often each came
}

// got reads an answer and counts it.
func (a *attack) got(resp *http.Response, err error) {
	if err != nil {
		return // it was cut off, or this is the end
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	what := "HTTP " + strconv.Itoa(resp.StatusCode)
	for _, h := range []http.Header{resp.Header, resp.Trailer} {
		if status := h.Get("Grpc-Status"); status != "" {
			what = "gRPC " + status
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[what]++
}

// head begins a request, as it stands on the wire.
func head(contentType string, length int) string {
	return fmt.Sprintf("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", contentType, length)
}

// keep opens a connection, writes to it and keeps it open to the end; when it is
// cut or answered, it begins anew.
func (a *attack) keep(addr string, text ...[]byte) {
	for a.ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(a.ctx, "tcp", addr)
		if err == nil {
			stop := context.AfterFunc(a.ctx, func() { _ = conn.Close() })
			for _, part := range text {
				if _, err = conn.Write(part); err != nil {
					break
				}
			}
			a.got(http.ReadResponse(bufio.NewReader(conn), nil))
			stop()
			_ = conn.Close()
		}
		select {
		case <-a.ctx.Done():
		case <-time.After(time.Second): // as it is asked to
		}
	}
}

// slowBodies are n bodies of 15 MiB of which the last byte never comes.
func (a *attack) slowBodies(n int) {
	body := make([]byte, 15<<20-1)
	for i := range n {
		contentType := []string{pb, js}[i%2]
		a.Go(func() { a.keep(a.http, []byte(head(contentType, 15<<20)), body) })
	}
}

// silentConnections announce a megabyte each, and send a byte.
func (a *attack) silentConnections(n int) {
	for i := range n {
		contentType := []string{pb, js}[i%2]
		a.Go(func() {
			time.Sleep(time.Duration(i) * 200 * time.Microsecond)
			a.keep(a.http, []byte(head(contentType, 1<<20)), []byte("x"))
		})
	}
}

// slowCalls are the same as slowBodies, over gRPC: several on each connection.
func (a *attack) slowCalls(connections, each int) {
	body := binary.BigEndian.AppendUint32([]byte{0}, 15<<20)
	body = append(body, make([]byte, 15<<20-1)...)
	for range connections {
		client := h2c()
		a.Go(func() {
			<-a.ctx.Done()
			client.CloseIdleConnections()
		})
		for range each {
			a.Go(func() {
				for a.ctx.Err() == nil {
					endless := io.MultiReader(bytes.NewReader(body), untilDone{a.ctx})
					req, err := http.NewRequestWithContext(a.ctx, http.MethodPost, "http://"+a.grpc+"/"+ofTraces.service+"/Export", endless)
					if err != nil {
						return
					}
					req.Header.Set("Content-Type", grpcType)
					a.got(client.Do(req))
					time.Sleep(100 * time.Millisecond)
				}
			})
		}
	}
}

// untilDone has nothing to read, and ends with its context.
type untilDone struct{ context.Context }

func (u untilDone) Read([]byte) (int, error) { <-u.Done(); return 0, io.EOF }

// h2c is a client that speaks HTTP/2 without TLS, over one connection.
func h2c() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols}}
}

// An expensive body is small on the wire and large in memory.
type expensive struct {
	signal
	contentType string
	body        []byte
	zipped      bool
}

// expensiveBodies are too large by far, or just not.
func expensiveBodies(t *testing.T) []expensive {
	nulls := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Repeat("null,", 3_000_000) + `null]}]}]}`
	full, small := fullBody(t), traceProto(t)
	small = bytes.Repeat(small, maxBody/len(small))
	points := within(bytes.Repeat([]byte{0x0a, 0}, 250_000), 9, 2, 2, 1) // of a histogram
	return []expensive{
		{ofTraces, js, zip(t, []byte(nulls)), true},
		{ofTraces, pb, zip(t, within(bytes.Repeat([]byte{0x12, 0}, 6<<20), 2, 1)), true},
		{ofTraces, js, zip(t, []byte(strings.ReplaceAll(nulls, "null", "1"))), true},
		{ofTraces, pb, zip(t, full), true},
		{ofTraces, js, zip(t, []byte(nulls[:1_500_000]+`null]}]}]}`)), true}, // as much as is taken
		{ofTraces, pb, zip(t, make([]byte, 64<<20)), true},
		{ofTraces, js, zip(t, []byte(strings.ReplaceAll(nulls, "spans", "spons"))), true},
		{ofTraces, pb, full, false},
		{ofTraces, pb, zip(t, small), true}, // as much as is taken
		{ofMetrics, pb, zip(t, points), true},
	}
}

// send sends bodies from n senders, each one body after the other; those that
// are protobuf also over gRPC.
func (a *attack) send(n int, bodies []expensive) {
	client := &http.Client{Transport: &http.Transport{}}
	calls := h2c()
	a.Go(func() {
		<-a.ctx.Done()
		client.CloseIdleConnections()
		calls.CloseIdleConnections()
	})
	for i := range n {
		a.Go(func() {
			for at := i; a.ctx.Err() == nil; at++ {
				e := bodies[at%len(bodies)]
				url, body, via := "http://"+a.http+"/v1/"+e.name, e.body, client
				header := http.Header{"Content-Type": {e.contentType}}
				if e.zipped {
					header.Set("Content-Encoding", "gzip")
				}
				if e.contentType == pb && i%2 == 0 {
					url, via = "http://"+a.grpc+"/"+e.service+"/Export", calls
					frame := []byte{0}
					if e.zipped {
						frame[0] = 1
					}
					body = append(binary.BigEndian.AppendUint32(frame, uint32(len(body))), body...)
					header = http.Header{"Content-Type": {grpcType}, "Grpc-Encoding": {"gzip"}}
				}
				req, err := http.NewRequestWithContext(a.ctx, http.MethodPost, url, bytes.NewReader(body))
				if err != nil {
					return
				}
				req.Header = header
				a.got(via.Do(req))
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
}
