package shop

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/postgres"
	"otel.workshop/internal/postgres/realpg"
	"otel.workshop/internal/waterfall"
)

// A story is the finished service of step 3, with everything around it.
type story struct {
	*Shop
	world *World
	store *collector.Store
}

var storySource = Source{Step: "03-db-metrics", Solution: true}

var buildStory = sync.OnceValue(func() (err error) {
	fixture.story, err = Build(context.Background(), "../..", storySource)
	return err
})

func newStory(t *testing.T, databaseURL string) story {
	t.Helper()
	c, err := collector.Start(collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	endpoint := "http://" + c.HTTPAddr()
	w, err := OpenWorld(t.Context(), WorldOptions{Root: "../..", DatabaseURL: databaseURL, Collector: endpoint})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close(context.Background())) })
	require.NoError(t, buildStory())
	s := New(Options{
		Root: "../..", Source: storySource, Built: fixture.story, Addr: "127.0.0.1:0",
		CollectorEndpoint: endpoint, World: w,
	})
	t.Cleanup(func() { s.Stop(context.Background()) })
	require.NoError(t, s.Start(t.Context()))
	return story{s, w, c.Store()}
}

// get asks for an order.
func (s story) get(t *testing.T, id string) Response {
	t.Helper()
	r, err := s.Get(t.Context(), "/orders/"+id)
	require.NoError(t, err)
	return r
}

// end stops the service, which flushes, and the payment API's spans too.
func (s story) end(t *testing.T) {
	t.Helper()
	require.Equal(t, "exit status 0", s.Stop(context.Background()).State)
	require.NoError(t, s.world.Close(context.Background()))
}

// trace returns the spans of a request, by name.
func (s story) trace(r Response) map[string]waterfall.Span {
	spans := make(map[string]waterfall.Span)
	for _, span := range s.store.Trace(r.TraceID) {
		spans[span.Name] = span
	}
	return spans
}

func (s story) metric(name string) map[string]collector.Point {
	points := make(map[string]collector.Point)
	for _, m := range s.store.Metrics() {
		for _, p := range m.Points {
			if m.Name == name {
				points[attrs(p)] = p
			}
		}
	}
	return points
}

func attrs(p collector.Point) string {
	var texts []string
	for _, a := range p.Attrs {
		texts = append(texts, a.Key+"="+a.Value)
	}
	return strings.Join(texts, " ")
}

// The request of the first lesson, of two services, and where its time went.
func TestTheStory(t *testing.T) {
	t.Parallel()
	s := newStory(t, "")
	quick := s.get(t, "42")
	require.Equal(t, http.StatusOK, quick.Status)
	require.Equal(t, `{"id":42,"status":"shipped","payment":"paid"}`, strings.TrimSpace(quick.Body))
	require.NoError(t, s.world.Set(SlowDatabase, true))
	slow := s.get(t, "42")
	require.Equal(t, http.StatusOK, slow.Status)
	s.end(t)

	for _, r := range []Response{quick, slow} {
		var tree []string
		for _, row := range waterfall.Layout(s.store.Trace(r.TraceID))[0].Rows {
			tree = append(tree, strings.Repeat("  ", row.Depth)+row.Span.Service+": "+row.Span.Name)
		}
		require.Equal(t, []string{
			"demo-service: GET /orders/{id}",
			"  demo-service: load order",
			"    demo-service: db.query",
			"  demo-service: HTTP GET",
			"    payment-api: GET /payments/{id}",
		}, tree)
	}
	spans := s.trace(slow)
	require.GreaterOrEqual(t, spans["db.query"].Duration(), Delay)
	require.Less(t, spans["HTTP GET"].Duration(), Delay)
	require.Less(t, s.trace(quick)["db.query"].Duration(), Delay)

	require.Equal(t, 2.0, s.metric("db.query.count")["status=ok"].Value)
	buckets := s.metric("db.query.duration")["status=ok"].Buckets
	require.Equal(t, 2, len(slices.DeleteFunc(slices.Clone(buckets), func(n uint64) bool { return n == 0 })), "a quick one and a slow one")
}

// What goes wrong is told to the caller in as few words as possible, and in the
// trace and the metrics in as many as are needed.
func TestFailures(t *testing.T) {
	t.Parallel()
	s := newStory(t, "")
	unknown, nonsense := s.get(t, "999"), s.get(t, "many")
	require.NoError(t, s.world.Set(DatabaseDown, true))
	down := s.get(t, "42")
	require.NoError(t, s.world.Set(DatabaseDown, false))
	require.NoError(t, s.world.Set(PaymentDown, true))
	unpaid := s.get(t, "42")
	require.NoError(t, s.world.Set(PaymentFails, true))
	require.Equal(t, []Fault{PaymentFails}, s.world.On(), "the payment API has one fault at a time")
	failing := s.get(t, "42")
	require.NoError(t, s.world.Set(PaymentFails, false))
	well := s.get(t, "42")
	s.end(t)

	for _, c := range []struct {
		r      Response
		status int
		body   string
		errors []string // the spans that are marked
	}{
		{unknown, http.StatusNotFound, `{"error":"no such order"}`, nil},
		{nonsense, http.StatusBadRequest, `{"error":"an order's id is a number"}`, nil},
		{down, http.StatusInternalServerError, `{"error":"the order can't be read now"}`, []string{"GET /orders/{id}", "load order", "db.query"}},
		{unpaid, http.StatusBadGateway, `{"error":"the payment API gives no answer"}`, []string{"GET /orders/{id}", "HTTP GET"}},
		{failing, http.StatusBadGateway, `{"error":"the payment API gives no answer"}`, []string{"GET /orders/{id}", "HTTP GET", "GET /payments/{id}"}},
		{well, http.StatusOK, `{"id":42,"status":"shipped","payment":"paid"}`, nil},
	} {
		require.Equal(t, c.status, c.r.Status)
		require.Equal(t, c.body, strings.TrimSpace(c.r.Body))
		var marked []string
		for name, span := range s.trace(c.r) {
			if span.Error {
				marked = append(marked, name)
			}
		}
		require.ElementsMatch(t, c.errors, marked, "%d", c.status)
	}
	counted := s.metric("db.query.count")
	require.Equal(t, 4.0, counted["status=ok"].Value, "an order that does not exist is an answer")
	require.Equal(t, 1.0, counted["error.type=connection"].Value)
}

// A query ends at the database when the caller goes away, whichever database
// it is.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		d, err := postgres.Start(t.Context(), "") // in this process, where it can be looked at
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, d.Close()) })
		leave(t, newStory(t, d.URL()), func() bool { return d.Stats().Running > 0 })
		require.Equal(t, 1, d.Stats().Cancelled)
	})
	t.Run("real", func(t *testing.T) {
		url := realpg.Start(t)
		db, err := sql.Open("postgres", url)
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		orders, err := os.ReadFile("../postgres/orders.sql")
		require.NoError(t, err)
		_, err = db.Exec(string(orders))
		require.NoError(t, err)
		leave(t, newStory(t, url), func() bool {
			var n int
			require.NoError(t, db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'").Scan(&n))
			return n > 0
		})
	})
}

// leave asks for an order, waits until the database works on it, hangs up, and
// wants the database to stop.
func leave(t *testing.T, s story, running func() bool) {
	t.Helper()
	require.Equal(t, http.StatusOK, s.get(t, "42").Status)
	require.False(t, running())
	require.NoError(t, s.world.Set(SlowDatabase, true))
	ctx, hangUp := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := s.Get(ctx, "/orders/42")
		gone <- err
	}()
	require.Eventually(t, running, Delay, time.Millisecond)
	left := time.Now()
	hangUp()
	require.ErrorIs(t, <-gone, context.Canceled)
	require.Eventually(t, func() bool { return !running() }, Delay, time.Millisecond)
	require.Less(t, time.Since(left), Delay/2, "the query would have taken %s", Delay)
	s.end(t)
	require.Equal(t, 1.0, s.metric("db.query.count")["error.type=canceled"].Value)
}

// Three hundred orders make no more series than one, and of a burst of callers
// all are counted.
func TestManyOrders(t *testing.T) {
	t.Parallel()
	s := newStory(t, "")
	s.get(t, "1")
	queue := make(chan string)
	failed := make(chan error, 8)
	for range 8 {
		go func() {
			var err error
			for id := range queue {
				_, e := s.Get(context.Background(), "/orders/"+id)
				err = errors.Join(err, e)
			}
			failed <- err
		}()
	}
	for id := range 300 {
		queue <- strconv.Itoa(id)
	}
	close(queue)
	for range 8 {
		require.NoError(t, <-failed)
	}
	s.end(t)
	require.Len(t, s.metric("db.query.count"), 1)
	require.Len(t, s.metric("db.query.duration"), 1)
	require.Equal(t, 301.0, s.metric("db.query.count")["status=ok"].Value)
}

func TestFindFault(t *testing.T) {
	f, err := FindFault("payment-down")
	require.NoError(t, err)
	require.Equal(t, "the payment API refuses connections", f.String())
	_, err = FindFault("slow-databse")
	require.EqualError(t, err, `there is no fault "slow-databse" (did you mean slow-database?). There are: slow-database, database-down, database-garbled, slow-payment, payment-fails, payment-hangs, payment-down, collector-hangs, collector-down`)
}

func TestRedirect(t *testing.T) {
	for database, want := range map[string]string{
		"postgres://u:p@db.example:5432/x?sslmode=disable&search_path=a": "postgres://u:p@127.0.0.1:1/x?search_path=a&sslmode=disable",
		"postgresql://u@/x?host=db.example&port=7&sslmode=disable":       "postgresql://u@127.0.0.1:1/x?sslmode=disable",
		"host=db.example user=u sslmode=disable":                         "host=db.example user=u sslmode=disable host=127.0.0.1 port=1",
	} {
		got, err := redirect(database, "127.0.0.1:1")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for database, want := range map[string]string{
		"postgres://u:p@db.example/x?sslmode=disable":     "db.example:5432",
		"postgres://u:p@db.example/x":                     "",
		"host=/var/run/postgresql user=u sslmode=disable": "",
	} {
		backend, _ := inTheClear(database)
		require.Equal(t, want, backend, database)
	}
}

// A service that stands alone has a collector to lose, and nothing else. The
// collector is well again when its world has been closed.
func TestAloneWithACollector(t *testing.T) {
	c, err := collector.Start(collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	w, err := OpenWorld(t.Context(), WorldOptions{Alone: true, Backend: c})
	require.NoError(t, err)
	require.Empty(t, w.On())
	require.ErrorContains(t, w.Set(SlowDatabase, true), "run 02 or a later step")
	require.NoError(t, w.Set(CollectorHangs, true))
	require.Equal(t, []Fault{CollectorHangs}, w.On())
	require.NoError(t, w.Set(CollectorDown, true))
	require.Equal(t, []Fault{CollectorDown}, w.On(), "it has one fault at a time")
	require.NoError(t, w.Set(CollectorHangs, false))
	require.Equal(t, []Fault{CollectorDown}, w.On())
	require.NoError(t, w.Close(t.Context()))
	require.False(t, c.Down())

	w, err = OpenWorld(t.Context(), WorldOptions{Alone: true})
	require.NoError(t, err)
	require.ErrorContains(t, w.Set(CollectorDown, true), "unset OTEL_EXPORTER_OTLP_ENDPOINT")
}

// A row that its driver can't read makes the driver panic: net/http cuts the
// connection, and the next request is none the worse for it.
func TestGarbledDatabase(t *testing.T) {
	t.Parallel()
	s := newStory(t, "")
	require.NoError(t, s.world.Set(DatabaseGarbled, true))
	_, err := s.Get(t.Context(), "/orders/42")
	require.ErrorContains(t, err, "EOF")
	require.NoError(t, s.world.Set(DatabaseGarbled, false))
	require.Equal(t, http.StatusOK, s.get(t, "42").Status)
	s.end(t)
}
