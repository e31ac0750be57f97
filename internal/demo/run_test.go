package demo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/shop"
)

// Each scenario makes the point of a mistake that is told with it. There are
// no tolerances: a room has to see it every time.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scenario, variant string
		point             demo.ID // the first figure that differs; "" where the variant is only there to run
		shows             func(t *testing.T, broken, right demo.Side)
	}{
		{"collector-hangs", "no-propagator", "", func(t *testing.T, broken, right demo.Side) {
			for _, s := range []demo.Side{broken, right} {
				require.Len(t, s.Callers.Answered(), 9, "nobody waits for the collector")
				require.Zero(t, s.Telemetry.Spans)
				require.False(t, s.Ended.Killed, "it gives up flushing in time")
			}
		}},
		{"collector-stalls", "syncer", demo.Answered, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 9, broken.Callers.HungUp())
			require.Len(t, right.Callers.Answered(), 9)
			require.Zero(t, right.Telemetry.Lost)
		}},
		{"traffic", "no-propagator", demo.Outside, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 40, broken.Telemetry.Outside)
			require.Equal(t, 40, right.Telemetry.Joined)
			require.Len(t, broken.Drawn.Traces, 2)
			require.Len(t, right.Drawn.Traces, 1)
		}},
		{"traffic", "background-context", demo.Strays, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 40, broken.Telemetry.Strays)
			require.Zero(t, right.Telemetry.Strays)
			require.Len(t, broken.Drawn.Traces, 2)
		}},
		{"traffic", "ok-at-the-end", demo.MarkedOK, func(t *testing.T, broken, right demo.Side) {
			require.Positive(t, broken.Telemetry.OK)
			require.Zero(t, right.Telemetry.OK)
		}},
		{"default-collector", "https-to-plain-collector", demo.Lost, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 40, broken.Telemetry.Lost)
			require.Empty(t, broken.Telemetry.Metrics)
			require.Contains(t, strings.Join(broken.Alone(right), "\n"), "HTTP response to HTTPS client")
			require.Zero(t, right.Telemetry.Lost)
		}},
		{"sigterm", "no-shutdown", demo.Lost, func(t *testing.T, broken, right demo.Side) {
			require.Positive(t, broken.Telemetry.Lost)
			require.Positive(t, broken.Telemetry.ServerSpans, "what was exported before is there")
			require.Zero(t, broken.Drawn.Received)
			require.Zero(t, right.Telemetry.Lost)
		}},
		{"sigterm", "background-context", demo.Strays, func(t *testing.T, broken, right demo.Side) {
			for _, s := range []demo.Side{broken, right} {
				require.Len(t, s.Callers.Answered(), len(s.Callers.Requests), "also those in flight at SIGTERM")
				require.Zero(t, s.Telemetry.Lost)
				require.Greater(t, s.Ended.Took, shop.Delay/2, "it waits for those in flight")
			}
		}},
		{"collector-down", "first-error-wins", "", func(t *testing.T, broken, right demo.Side) {
			require.Len(t, right.Callers.Answered(), 24)
			require.Zero(t, right.Telemetry.Spans)
		}},
		{"slow-database", "default-buckets", demo.QueryP50, func(t *testing.T, broken, right demo.Side) {
			require.Less(t, broken.Callers.Quantile(0.5), shop.Delay)
			require.GreaterOrEqual(t, broken.Callers.Quantile(0.99), shop.Delay)
			h, ok := broken.Telemetry.Histogram("db.query.duration")
			require.True(t, ok)
			require.True(t, h.OneBucket())
			h, ok = right.Telemetry.Histogram("db.query.duration")
			require.True(t, ok)
			require.NotEqual(t, h.Quantile(0.5).High, h.Quantile(0.99).High, "in two buckets")
		}},
		{"database-down", "success-only-counter", demo.QueryCount, func(t *testing.T, broken, right demo.Side) {
			for s, want := range map[*demo.Side]int{&broken: 10, &right: 40} {
				got, ok := s.Telemetry.Total("db.query.count")
				require.True(t, ok)
				require.Equal(t, want, got)
			}
		}},
		{"caller-hangs-up", "query-outlives-caller", "", func(t *testing.T, broken, right demo.Side) {
			require.GreaterOrEqual(t, broken.Telemetry.Longest, shop.Delay)
			require.Less(t, right.Telemetry.Longest, shop.Delay)
		}},
		{"payment-fails", "body-not-closed", demo.Orphans, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 31, broken.Telemetry.Orphans, "30 that failed, and the one that has no payment")
			require.Zero(t, right.Telemetry.Orphans)
		}},
		{"slow-payment", "transport-bare", "", func(t *testing.T, _, right demo.Side) {
			require.GreaterOrEqual(t, right.Callers.Quantile(0.99), shop.Delay)
		}},
		{"long-run", "flush-deadline-at-start", demo.Lost, func(t *testing.T, broken, right demo.Side) {
			require.Positive(t, broken.Telemetry.Lost, "what was sent in the last five seconds")
			require.Zero(t, right.Telemetry.Lost)
		}},
		{"collector-stays-down", "errors-at-debug", demo.Printed, func(t *testing.T, broken, right demo.Side) {
			require.Contains(t, strings.Join(right.Alone(broken), "\n"), "telemetry is lost")
		}},
		{"pile-up", "rows-leak", demo.Answers, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, map[int]int{200: 110, 500: 50}, broken.Callers.Statuses(), "a hundred hold a connection each")
			require.Equal(t, map[int]int{200: 160}, right.Callers.Statuses())
		}},
		{"database-garbled", "recovered-outside", demo.Failed, func(t *testing.T, broken, right demo.Side) {
			for _, s := range []demo.Side{broken, right} {
				require.Equal(t, map[int]int{200: 10, 500: 30}, s.Callers.Statuses())
			}
			require.Zero(t, counted(broken, "500"))
			require.EqualValues(t, 30, counted(right, "500"))
			require.Less(t, broken.Telemetry.Failed, right.Telemetry.Failed)
		}},
		{"database-garbled", "panic-without-status", demo.Answers, func(t *testing.T, broken, _ demo.Side) {
			require.Equal(t, map[int]int{200: 40}, broken.Callers.Statuses(), "a panic that looks like an answer")
		}},
		{"many-orders", "order-id-attribute", demo.BiggestSeries, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, 200, broken.Telemetry.Overflow())
			require.Zero(t, right.Telemetry.Overflow())
			require.Equal(t, 2_200, right.Telemetry.Joined, "the queue keeps up")
		}},
		{"two-replicas", "instance-id-hard-coded", demo.Counted, func(t *testing.T, broken, right demo.Side) {
			require.Equal(t, []uint64{30, 10}, broken.Counted, "the second sum takes the first one's place")
			require.Equal(t, []uint64{30, 40}, right.Counted)
			for _, s := range []demo.Side{broken, right} {
				require.Equal(t, 40, s.Telemetry.Joined, "spans are told apart by their ids")
			}
		}},
	} {
		t.Run(test.scenario+" "+test.variant, func(t *testing.T) {
			t.Parallel()
			v := find(t, test.variant)
			v.Scenario = test.scenario
			r, err := demoOnce(t, v)
			if errors.Is(err, demo.ErrDefaultTaken) {
				t.Skip(err)
			}
			require.NoError(t, err)
			require.Equal(t, test.scenario, r.Scenario.Name)
			require.Nil(t, r.Right.StartErr)
			test.shows(t, r.Broken, r.Right)
			if test.point != "" {
				point, ok := r.Point()
				require.True(t, ok)
				require.Equal(t, test.point, point.ID)
			}
		})
	}
}

// A service that ends at once is what the demo shows, not an error of it.
func TestServiceThatDoesNotStart(t *testing.T) {
	t.Parallel()
	r, err := demoOnce(t, find(t, "schema-conflict"))
	require.NoError(t, err)
	require.Empty(t, r.Broken.Callers.Answered())
	require.Len(t, r.Right.Callers.Answered(), 40)
	point, ok := r.Point()
	require.True(t, ok)
	require.Equal(t, demo.Answered, point.ID)
}

// Whoever ends a demo ends all of it, and soon.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"building", "sending"} {
		t.Run(at, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var since time.Time
			_, err := demo.Run(ctx, root, find(t, "default-buckets"), demo.Options{Progress: func(doing string) {
				if since.IsZero() && strings.Contains(doing, at) {
					since = time.Now()
					cancel()
				}
			}})
			require.ErrorIs(t, err, context.Canceled)
			require.Less(t, time.Since(since), 5*time.Second)
		})
	}
}
