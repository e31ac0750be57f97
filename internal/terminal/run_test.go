package terminal

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/shop"
)

// A page collects what is printed. Safe for concurrent use.
type page struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *page) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// waitFor returns the first match of a pattern, once it is printed.
func (p *page) waitFor(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	require.Eventually(t, func() bool { return re.MatchString(p.String()) }, time.Minute, 10*time.Millisecond, "%s in\n%s", pattern, p)
	return re.FindString(p.String())
}

// get returns what a request is answered with.
func get(t *testing.T, url string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestRun(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	typing, typed := io.Pipe()
	var out page
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, "../..", RunOptions{
			Source: shop.Source{Step: "03-db-metrics", Solution: true},
			Faults: []shop.Fault{shop.PaymentFails}, Input: typing,
		}, Look{Width: 100}, &out)
	}()
	say := func(line, answer string) {
		t.Helper()
		_, err := io.WriteString(typed, line+"\n")
		require.NoError(t, err)
		out.waitFor(t, answer)
	}

	url := strings.TrimPrefix(out.waitFor(t, `curl http://\S+/orders/42`), "curl ")
	require.Contains(t, out.String(), "! payment-fails: the payment API answers 500")
	require.Equal(t, http.StatusBadGateway, get(t, url))
	say("payment-fails", "✓ nothing is wrong any more")
	say("slow-payment", "! slow-payment: the payment API takes 2s longer")
	say("payment-down", "payment-down takes the place of slow-payment")
	say("payment-down", `(?s)✓ nothing.*✓ nothing is wrong any more`)
	say("slow-databse", `did you mean slow-database\?`)
	say("database-down", "! database-down: the database refuses connections")
	require.Equal(t, http.StatusInternalServerError, get(t, url))
	say("database-down", `(?s)(✓ nothing is wrong.*){3}`)
	require.Equal(t, http.StatusOK, get(t, url))

	interrupt()
	require.NoError(t, <-ended)
	require.NoError(t, typed.Close())
	for _, want := range []string{
		`trace [0-9a-f]{8}   demo-service, payment-api   \S+ \S+   5 spans   ✗ 3 errors`,
		`✗ db\.query    → postgresql`,
		`trace [0-9a-f]{8}   demo-service, payment-api   \S+ \S+   5 spans\n`,
		`db\.query\.count +1 +error\.type=connection\n +2 +status=ok`,
		`The service stopped in \S+ \(exit status 0\)\. The last flush brought \d+ spans and \d+ data points\.`,
	} {
		require.Regexp(t, want, out.String())
	}
	require.NotContains(t, out.String(), "parent not received", "a trace of two processes is drawn once it is whole")
}

func TestRunElsewhere(t *testing.T) {
	c := startCollector(t)
	ctx, interrupt := context.WithCancel(t.Context())
	var out page
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, "../..", RunOptions{
			Source:    shop.Source{Step: "03-db-metrics", Solution: true},
			Collector: "http://" + c.HTTPAddr(),
			Env:       []string{"OTEL_GO_X_OBSERVABILITY=true"},
		}, Look{Width: 100}, &out)
	}()
	url := strings.TrimPrefix(out.waitFor(t, `curl http://\S+/orders/42`), "curl ")
	require.Regexp(t, `(?s)OTEL_EXPORTER_OTLP_ENDPOINT is set: telemetry goes to http://127.*not drawn here`, out.String())
	require.Equal(t, http.StatusOK, get(t, url))
	interrupt()
	require.NoError(t, <-ended)
	traces := c.Store().Traces()
	require.Len(t, traces, 1)
	require.Equal(t, 5, traces[0].Spans)
	require.Equal(t, []string{"demo-service", "payment-api"}, traces[0].Services)
	require.True(t, slices.ContainsFunc(c.Store().Metrics(), func(m collector.Metric) bool {
		return m.Name == "otel.sdk.processor.span.processed" // which the SDK tells when its environment says so
	}))
}

func TestRunWithoutItsDatabase(t *testing.T) {
	c := startCollector(t)
	err := Run(t.Context(), "../..", RunOptions{
		Source:      shop.Source{Step: "03-db-metrics", Solution: true},
		Collector:   "http://" + c.HTTPAddr(),
		DatabaseURL: "postgres://me:secret@127.0.0.1:1/orders?sslmode=disable",
	}, Look{Width: 100}, io.Discard)
	require.ErrorContains(t, err, "unset DATABASE_URL")
	require.NotContains(t, err.Error(), "secret")
}

// What the service prints is broken between words, where there is a terminal.
func TestPrintedLinesAreFoldedBetweenWords(t *testing.T) {
	const line = `ERROR the order can't be read error="pq: canceling statement due to user request (57014)" trace_id=b46429352ef41fc44b8bae90440ef815`
	for columns, want := range map[int]string{
		0: "  │ " + line,
		80: `  │ ERROR the order can't be read error="pq: canceling statement due to user` + "\n" +
			`  │     request (57014)" trace_id=b46429352ef41fc44b8bae90440ef815`,
		200: "  │ " + line,
	} {
		require.Equal(t, want, outputLine(line, func() int { return columns }, Look{Width: 80}))
	}
	require.Equal(t, "  │ "+line, outputLine(line, nil, Look{Width: 80}))
}
