package promtest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"

	"otel.workshop/internal/postgres"
	minimal "otel.workshop/solutions/01-minimal"
	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/solutions/03-db-metrics"
	failuremodes "otel.workshop/solutions/04-failure-modes"
)

// A shop is the service of a solution, and what stands around it.
type shop struct {
	collector *collector
	database  *postgres.Database
	address   string
}

// startShop runs the solution of a step until the test ends. It exports to a
// collector that stands in its environment.
func startShop(t *testing.T, step int) *shop {
	log.SetOutput(io.Discard) // the mail server's words
	s := &shop{collector: newCollector(t)}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.collector.url)
	t.Setenv("OTEL_GO_X_OBSERVABILITY", map[bool]string{true: "true"}[step == 4])

	var err error
	s.database, err = postgres.Start(t.Context(), "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.database.Close() }) // closed before, to see what is told of that
	db, err := sql.Open("postgres", s.database.URL())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	payments := httptest.NewServer(http.HandlerFunc(payment))
	t.Cleanup(payments.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.address = "http://" + ln.Addr().String()

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, step, ln, db, payments.URL) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	return s
}

func serve(ctx context.Context, step int, ln net.Listener, db *sql.DB, payments string) error {
	switch step {
	case 1:
		return minimal.Run(ctx, ln, minimal.NewHandler())
	case 2:
		return minimal.Run(ctx, ln, handlerspans.NewHandler(orders{db}, handlerspans.NewPayments(payments)))
	case 3:
		store, err := dbmetrics.NewStore(db)
		if err != nil {
			return err
		}
		return minimal.Run(ctx, ln, handlerspans.NewHandler(store, handlerspans.NewPayments(payments)))
	}
	return failuremodes.Run(ctx, ln, failuremodes.Config{
		DB: db, PaymentsURL: payments, PaymentTimeout: time.Second, FlushTimeout: 5 * time.Second,
		Log: slog.New(slog.DiscardHandler),
	})
}

// payment is a payment API that knows nothing of order 2, fails for order 3 and
// hangs up on order 4.
func payment(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/2"):
		http.NotFound(w, r)
	case strings.HasSuffix(r.URL.Path, "/3"):
		http.Error(w, "no", http.StatusInternalServerError)
	case strings.HasSuffix(r.URL.Path, "/4"):
		panic(http.ErrAbortHandler)
	default:
		_, _ = io.WriteString(w, `{"state":"paid"}`) // who has hung up needs none
	}
}

// orders is step 2's database, which tells nothing.
type orders struct{ *sql.DB }

func (o orders) Status(ctx context.Context, id int64) (status string, err error) {
	err = o.QueryRowContext(ctx, "SELECT status FROM orders WHERE id = $1", id).Scan(&status)
	if err == sql.ErrNoRows {
		return "", handlerspans.ErrNotFound
	}
	return status, err
}

// ask sends a request and reads the answer.
func (s *shop) ask(t *testing.T, path string, status int) {
	t.Helper()
	resp, err := http.Get(s.address + path)
	require.NoError(t, err)
	defer resp.Body.Close()
	says, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, status, resp.StatusCode, "%s: %s", path, says)
}

// interval is how often the solutions export metrics.
const interval = 10 * time.Second

// live lets two minutes pass, without waiting for them: of requests, and in the
// last half minute without a database. It returns the last measurement's time.
func (s *shop) live(t *testing.T, told map[string]*prometheus, step int) time.Time {
	began := time.Now().Truncate(time.Second)
	for i := range 12 {
		if i == 9 && step > 1 {
			require.NoError(t, s.database.Close())
		}
		s.requests(t, step, i >= 9)
		require.NoError(t, otel.GetTracerProvider().(flusher).ForceFlush(t.Context()))
		require.NoError(t, otel.GetMeterProvider().(flusher).ForceFlush(t.Context()))
		exported := s.collector.take(t, began.Add(time.Duration(i)*interval))
		for _, p := range told {
			p.receive(t, exported)
		}
	}
	return began.Add(11 * interval)
}

// A flusher is the SDK's provider of a signal.
type flusher interface {
	ForceFlush(ctx context.Context) error
}

// requests sends what comes in between two measurements: ten.
func (s *shop) requests(t *testing.T, step int, down bool) {
	for i := range 10 {
		switch {
		case step == 1:
			s.ask(t, "/", http.StatusOK)
		case down:
			s.ask(t, "/orders/1", http.StatusInternalServerError)
		case i < 5:
			s.ask(t, "/orders/1", http.StatusOK)
		case i == 5:
			s.ask(t, "/orders/2", http.StatusOK)
		case i == 6:
			s.ask(t, "/orders/3", http.StatusBadGateway)
		case i == 7:
			s.ask(t, "/orders/4", http.StatusBadGateway)
		default:
			s.ask(t, "/orders/4000000", http.StatusNotFound)
		}
	}
}

// Every chart of the shop shows what there is to see from the step on that its
// description names, and nothing before.
func TestShop(t *testing.T) {
	targets := dashboard(t, "shop.json")
	for step := 1; step <= 4; step++ {
		t.Run(fmt.Sprintf("%02d", step), func(t *testing.T) {
			if !alone(t) {
				return
			}
			told := prometheuses(t)
			s := startShop(t, step)
			at := s.live(t, told, step)
			for profile, p := range told {
				s.answers(t, profile, p, targets, step, at)
			}
		})
	}
}

// answers holds what a Prometheus answers to what it should.
func (s *shop) answers(t *testing.T, profile string, p *prometheus, targets []target, step int, at time.Time) {
	want := wantOfShop(step)
	for _, q := range targets {
		what, key := profile+": "+q.Panel+": "+q.Expr, q.Panel+"/"+q.Legend
		require.Contains(t, want, key)
		check(t, what, want[key], p.query(t, q.Expr, q.Legend, at))
		if q.Exemplar && len(want[key]) > 0 {
			s.leadsToTraces(t, what, p.exemplars(t, q.Expr))
		}
	}
	for i, q := range readme(t) {
		check(t, profile+": "+q, wantOfReadme(step)[i], p.query(t, q, "{{status}}{{error_type}}", at))
	}
}

// leadsToTraces requires exemplars, each of a trace that is exported: step 4's
// queue does that in the background.
func (s *shop) leadsToTraces(t *testing.T, what string, exemplars []string) {
	require.NotEmpty(t, exemplars, what)
	for _, trace := range exemplars {
		require.Eventually(t, func() bool { return s.collector.has(trace) }, time.Minute, time.Millisecond, "%s: trace %s", what, trace)
	}
}

// wantOfShop says what each query answers at the end of live. The last minute
// has six measurements, so five differences: two with a database, three without.
// A series that begins in it is taken to have begun half an interval earlier.
func wantOfShop(step int) map[string]map[string]between {
	quick := between{1e-5, 0.5} // seconds
	want := map[string]map[string]between{
		"Requests/{{http_route}} {{http_response_status_code}}": {"/ 200": about(1)},
		"Share of requests that fail/failed":                    {"failed": {0, 0}},
		"Latency/p50":                                           {"p50": quick},
		"Latency/p95":                                           {"p95": quick},
		"The payment API, as the shop sees it/{{http_response_status_code}}": {},
		"Database queries/{{status}}{{error_type}}":                          {},
		"Time of a query/p50": {},
		"Time of a query/p95": {},
		"Connections to the database/{{db_client_connection_state}}": {},
		"The SDK's queue of spans/waiting":                           {},
		"The SDK's queue of spans/room for":                          {},
		"Spans in step 4's own queue/waiting or lost":                {},
	}
	if step >= 2 {
		want["Requests/{{http_route}} {{http_response_status_code}}"] = map[string]between{
			"/orders/{id} 200": about(12. / 50), "/orders/{id} 404": about(4. / 50), "/orders/{id} 502": about(4. / 50),
			"/orders/{id} 500": about(25. / 60),
		}
		want["Share of requests that fail/failed"] = map[string]between{"failed": about(0.61)}
		want["The payment API, as the shop sees it/{{http_response_status_code}}"] = map[string]between{
			"200": quick, "404": quick, "500": quick, "no answer": quick,
		}
	}
	if step >= 3 {
		want["Database queries/{{status}}{{error_type}}"] = map[string]between{"ok": about(20. / 50), "connection": about(25. / 60)}
		want["Time of a query/p50"] = map[string]between{"p50": quick}
		want["Time of a query/p95"] = map[string]between{"p95": quick}
		want["Connections to the database/{{db_client_connection_state}}"] = map[string]between{"idle": {0, 1}, "used": {0, 0}}
	}
	if step >= 4 {
		want["The SDK's queue of spans/waiting"] = map[string]between{"waiting": {0, 2048}}
		want["The SDK's queue of spans/room for"] = map[string]between{"room for": {2048, 2048}}
		want["Spans in step 4's own queue/waiting or lost"] = map[string]between{"waiting or lost": {0, 2048}}
	}
	return want
}

// wantOfReadme says what the README's queries answer, in its order.
func wantOfReadme(step int) [2]map[string]between {
	if step < 3 {
		return [2]map[string]between{}
	}
	return [2]map[string]between{
		{"ok": {90, 90}, "connection": {30, 30}},
		{"": {1e-5, 0.5}},
	}
}
