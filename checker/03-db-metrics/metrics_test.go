package dbmetrics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

const (
	queryCount    = "db.query.count"
	queryDuration = "db.query.duration"
)

// Every query should be counted in db.query.count: with status when it succeeds, with error.type when it fails.
func TestQueriesCounted(t *testing.T) {
	const scene = "three queries succeed, two fail\n"
	db := &database.Database{Fails: map[int64]error{1: database.NoTable("orders"), 2: database.ErrConnection}}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for _, id := range []int64{42, 1, 7, 2, 42} {
			_, _, _ = s.status(ctx, id) // two of them fail
		}
	})
	m, counted := s.rec.Metric(queryCount)
	succeeded, failed, bare := 0.0, 0.0, false
	for _, p := range m.Points {
		_, ok := p.Attr("status")
		switch _, typed := p.Attr("error.type"); {
		case typed:
			failed += p.Value
		case ok:
			succeeded += p.Value
		default:
			bare = true
		}
	}
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: scene + recorder.Table([]string{queryCount, "counter"}, []string{"  status=…", "3"}, []string{"  error.type=…", "2 in all"}),
		Got:  scene + strings.Replace(series(m, func(p recorder.Point) string { return fmt.Sprint(p.Value) }), queryCount, queryCount+"   "+m.Kind, 1),
	})
	switch {
	case !counted:
		f.Got = scene + "no " + queryCount
		f.Cause = "A meter makes instruments: Int64Counter is the one that only goes up. Make it in NewStore, and add to it\nin Status."
	case m.Kind != "counter":
		f.Cause = "What only goes up is a counter: a backend can take its rate, and knows a restart when it sees one."
	case bare:
		f.Cause = "A point has neither status nor error.type: metric.WithAttributes hands them to Add."
	case failed == 0 && succeeded == 3:
		f.Cause = "Only successes are counted: during an outage this metric says that there is little to do.\nCount what has ended, however it did."
	case failed != 2 || succeeded != 3:
		f.Cause = "Five queries were made, and each should count once: under status when it succeeded, under error.type\nwhen it failed."
	default:
		return
	}
	recorder.Fail(t, f)
}

// Durations should go to db.query.duration, a histogram in seconds whose boundaries tell 1 ms, 100 ms and 2 s apart.
func TestDurationInSeconds(t *testing.T) {
	db := &database.Database{
		Orders: map[int64]string{1: "packed", 2: "packed", 3: "packed"},
		Varies: map[int64]time.Duration{1: time.Millisecond, 2: 100 * time.Millisecond, 3: 2 * time.Second},
	}
	s := open(t, db, func(ctx context.Context, s *shop) {
		for id := range int64(3) {
			_, _, _ = s.status(ctx, id+1)
		}
	})
	const scene = "queries of 1 ms, 100 ms and 2 s\n"
	m, measured := s.rec.Metric(queryDuration)
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: scene + recorder.Table([]string{queryDuration, "histogram", `unit "s"`}, []string{"  sum", "2.101"}, []string{"  buckets", "three, with 1 each"}),
		Got:  scene + "no " + queryDuration,
	})
	if !measured {
		f.Cause = "A histogram keeps how many measurements fell between which boundaries; that is what percentiles are\nestimated from. Make one in NewStore, and record each query's duration in Status."
		recorder.Fail(t, f)
	}
	sum, count, buckets := 0.0, uint64(0), map[string]uint64{}
	for _, p := range m.Points {
		sum, count = sum+p.Value, count+p.Count
		for i, n := range p.Counts {
			if n > 0 {
				buckets[bucket(p.Bounds, i)] += n
			}
		}
	}
	rows := [][]string{{queryDuration, m.Kind, fmt.Sprintf("unit %q", m.Unit)}, {"  sum", fmt.Sprintf("%.6g", sum)}}
	var names []string
	for name, n := range buckets {
		names = append(names, fmt.Sprintf("%d in %s", n, name))
	}
	slices.Sort(names)
	if names != nil {
		rows = append(rows, []string{"  buckets", strings.Join(names, ", ")})
	}
	f.Got = scene + recorder.Table(rows...)
	switch {
	case m.Kind != "histogram":
		f.Cause = "Only a histogram keeps how durations are distributed: of a sum or a last value there is no percentile."
	case sum > 100:
		f.Cause = "These are no seconds: with them, a query of two seconds would take half an hour.\ntime.Since(start).Seconds() is a number of seconds."
	case sum < 0.01:
		f.Cause = "Everything takes no time at all: the duration was taken before the query. In defer h.Record(ctx,\ntime.Since(start).Seconds()) the arguments are evaluated at once; only the call waits."
	case sum < 2.09 || sum > 2.11 || count != 3:
		f.Cause = "The three durations don't add up."
	case m.Unit != "s":
		f.Cause = "The unit is part of the instrument: metric.WithUnit(\"s\"). Not of its name."
	case len(buckets) < 3:
		f.Cause = "Different durations fall into one bucket, so every percentile of them is the same. The default boundaries\nare 0, 5, 10, … 10000, made for milliseconds: metric.WithExplicitBucketBoundaries sets others."
	default:
		return
	}
	recorder.Fail(t, f)
}

// bucket names the i-th bucket: "(0.5, 1]".
func bucket(bounds []float64, i int) string {
	from, to := "-∞", "∞)"
	if i > 0 {
		from = fmt.Sprint(bounds[i-1])
	}
	if i < len(bounds) {
		to = fmt.Sprint(bounds[i]) + "]"
	}
	return "(" + from + ", " + to
}

// The number of series should not grow with the number of orders.
func TestAttributesBounded(t *testing.T) {
	db := &database.Database{Orders: make(map[int64]string), Fails: make(map[int64]error)}
	const some, many = 10, 3000
	for id := range int64(many) {
		if db.Orders[id] = "packed"; id%5 == 0 {
			db.Fails[id] = database.NoTable(fmt.Sprintf("orders_%d", id))
		}
	}
	names := []string{queryCount, queryDuration}
	header := []string{"series of", "after 10 orders", "after 3000"}
	before := make(map[string]int)
	s := open(t, db, func(ctx context.Context, s *shop) {
		for id := range int64(many) {
			if id == some {
				for _, name := range names {
					m, _ := s.rec.Metric(name)
					before[name] = len(m.Points)
				}
			}
			_, _ = s.store.Status(ctx, id) // a fifth of them fail
		}
	})
	want, got := [][]string{header}, [][]string{header}
	example := ""
	for _, name := range names {
		m, ok := s.rec.Metric(name)
		if !ok {
			needs(t, finding.Finding{Want: name, Got: "no " + name}, "queries-counted", "duration-in-seconds")
		}
		want = append(want, []string{name, fmt.Sprint(before[name]), fmt.Sprint(before[name])})
		got = append(got, []string{name, fmt.Sprint(before[name]), fmt.Sprint(len(m.Points))})
		if len(m.Points) > before[name] {
			example = name + "   " + m.Points[0].String()
		}
	}
	if example == "" {
		return
	}
	recorder.Fail(t, recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want:  recorder.Table(header, []string{queryCount, "a few", "as few"}, []string{queryDuration, "a few", "as few"}),
		Got:   recorder.Table(got...) + "\n\none of them: " + example,
		Cause: "Each combination of attributes is a series of its own, in this process and in the backend, for as long as they\nrun. Past 2,000 the SDK gives up and folds the rest into otel.metric.overflow=true.\nWhat differs from order to order belongs on the span.",
	}))
}
