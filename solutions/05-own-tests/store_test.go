package owntests

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	handlerspans "otel.workshop/solutions/02-handler-spans"
	dbmetrics "otel.workshop/solutions/03-db-metrics"
)

// A query that succeeds should have a span in its caller's trace.
func TestStatus(t *testing.T) {
	store, err := dbmetrics.NewStore(openDB(t, func(context.Context, int64) (string, error) { return "shipped", nil }))
	require.NoError(t, err)
	ctx := newCaller(t)
	status, err := store.Status(ctx, 42)
	require.NoError(t, err)
	require.Equal(t, "shipped", status)
	spans(ctx).named(t, "db.query")
}

// An ending is how a query can end, and what is to be told of it.
type ending struct {
	name      string
	takes     time.Duration
	fails     error // what the database answers with
	want      error // what Status returns
	errorType string
}

var noTable = &pq.Error{Code: "42P01", Message: `relation "orders" does not exist`}

var endings = []ending{
	{name: "found", takes: 250 * time.Millisecond},
	{name: "no such row", takes: 250 * time.Millisecond, fails: sql.ErrNoRows, want: handlerspans.ErrNotFound},
	{name: "no table", takes: 250 * time.Millisecond, fails: noTable, want: noTable, errorType: "42P01"},
	{name: "late", takes: time.Hour, want: context.DeadlineExceeded, errorType: "timeout"},
}

// A query is a store whose queries end as they should, and its pool.
type query struct {
	ending
	store *dbmetrics.Store
	db    *sql.DB
}

// patience is how long the caller waits.
const patience = time.Second

// each calls f for each ending, in fake time.
func each(t *testing.T, f func(t *testing.T, ctx context.Context, q query)) {
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := openDB(t, func(ctx context.Context, _ int64) (string, error) {
					select {
					case <-time.After(e.takes):
						return "shipped", e.fails
					case <-ctx.Done():
						return "", ctx.Err()
					}
				})
				store, err := dbmetrics.NewStore(db)
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(newCaller(t), patience)
				defer cancel()
				f(t, ctx, query{e, store, db})
			})
		})
	}
}

// Each query should have a span, which says how it went.
func TestQuerySpan(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, q query) {
		_, err := q.store.Status(ctx, 42)
		assert.ErrorIs(t, err, q.want, "what Status returns")
		span := spans(ctx).named(t, "db.query")
		assert.Equal(t, trace.SpanKindClient, span.SpanKind(), "kind of db.query")
		assert.Equal(t, q.errorType, value(span, "error.type"), "error.type of db.query")
		assert.Equal(t, q.errorType != "", span.Status().Code == codes.Error, "whether the status of db.query is Error")
	})
}

// Each query should be counted once, and timed once, in seconds.
func TestQueryIsMeasured(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, q query) {
		var counts []point
		durations := measured(t, "db.query.duration", func() {
			counts = measured(t, "db.query.count", func() { _, _ = q.store.Status(ctx, 42) })
		})
		require.Len(t, counts, 1, "series that the query adds to in db.query.count")
		require.Len(t, durations, 1, "series that the query adds to in db.query.duration")
		count, duration := counts[0], durations[0]
		assert.EqualValues(t, 1, count.n, "db.query.count of one query")
		assert.EqualValues(t, 1, duration.n, "values in db.query.duration of one query")
		assert.Equal(t, q.errorType, count.errorType(), "error.type of db.query.count")
		assert.Equal(t, q.errorType, duration.errorType(), "error.type of db.query.duration")
		assert.InDelta(t, min(q.takes, patience).Seconds(), duration.sum, 0.001, "seconds in db.query.duration")
		assert.True(t, slices.ContainsFunc(duration.bounds, func(b float64) bool { return 0 < b && b < 1 }),
			"db.query.duration tells nothing apart below a second: %v", duration.bounds)
	})
}

// A caller who leaves should be counted, and be no failure of the database's.
func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := dbmetrics.NewStore(openDB(t, func(ctx context.Context, _ int64) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}))
		require.NoError(t, err)
		ctx, leave := context.WithCancel(newCaller(t))
		time.AfterFunc(time.Second, leave)
		counts := measured(t, "db.query.count", func() { _, err = store.Status(ctx, 42) })
		assert.ErrorIs(t, err, context.Canceled)
		require.Len(t, counts, 1, "series that the query adds to in db.query.count, when the caller leaves")
		assert.NotEqual(t, "connection", counts[0].errorType(), "error.type of db.query.count, when the caller leaves")
	})
}

// However many orders are asked for, and in however many ways that fails, series
// should be few.
func TestSeriesAreFew(t *testing.T) {
	for _, instrument := range []string{"db.query.count", "db.query.duration"} {
		n := 0
		store, err := dbmetrics.NewStore(openDB(t, func(_ context.Context, id int64) (string, error) {
			if n++; id < 0 {
				return "", fmt.Errorf("no connection, attempt %d", n)
			}
			return "shipped", nil
		}))
		require.NoError(t, err)
		for _, ids := range [][]int64{{1, 2, 3}, {-1, -1, -1}} {
			before := len(points(t, instrument))
			for _, id := range ids {
				_, _ = store.Status(t.Context(), id)
			}
			assert.LessOrEqual(t, len(points(t, instrument)), before+1, "series of %s, after three orders", instrument)
		}
	}
}

// However a query ends, its connection should go back to the pool.
func TestConnectionsComeBack(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, q query) {
		_, _ = q.store.Status(ctx, 42)
		assert.Zero(t, q.db.Stats().InUse, "connections in use, after the query")
	})
}
