package dbmetrics_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Durations should go to db.query.duration, a histogram in seconds whose boundaries tell 1 ms, 100 ms and 2 s apart.
func TestDurationInSeconds(t *testing.T) {
	db := &database.Database{
		Orders: map[int64]string{1: "packed", 2: "packed", 3: "packed"},
		Varies: map[int64]time.Duration{1: time.Millisecond, 2: 100 * time.Millisecond, 3: 2 * time.Second},
	}
	s := open(t, db, func(ctx context.Context, s *shop) {
		var slow sync.WaitGroup
		slow.Go(func() { _, _, _ = s.status(ctx, 3) })
		time.Sleep(time.Second) // the others begin while it runs
		_, _, _ = s.status(ctx, 1)
		_, _, _ = s.status(ctx, 2)
		slow.Wait()
	})
	const scene = "queries of 1 ms, 100 ms and 2 s\n\n"
	m, measured := s.rec.Metric(queryDuration)
	f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
		Want: scene + recorder.Table([]string{queryDuration, "histogram"}, []string{"  unit", "s"}, []string{"  sum", "2.101"}, []string{"  buckets", "1 in each of three"}),
		Got:  scene + missing(s.rec, queryDuration),
	})
	if !measured && misnamed(s.rec) {
		f.Cause = "A chart, and this check, find a metric by its name, and by nothing else."
		recorder.Fail(t, f)
	}
	if !measured {
		f.Cause = "A histogram keeps how many measurements fell between which boundaries; that is what percentiles are\nestimated from. Make one in NewStore, and record each query's duration in Status."
		recorder.Fail(t, f)
	}
	sum, count, buckets, sdks := 0.0, uint64(0), map[int]uint64{}, false
	var bounds []float64
	for _, p := range m.Points {
		sum, count, bounds = sum+p.Value, count+p.Count, p.Bounds
		sdks = len(bounds) > 0 && bounds[len(bounds)-1] == 10000
		for i, n := range p.Counts {
			if n > 0 {
				buckets[i] += n
			}
		}
	}
	rows := [][]string{{queryDuration, m.Kind}, {"  unit", orNone(m.Unit)}, {"  sum", fmt.Sprintf("%.6g", sum)}}
	var names []string
	for _, i := range slices.Sorted(maps.Keys(buckets)) {
		names = append(names, fmt.Sprintf("%d %s", buckets[i], bucket(bounds, i)))
	}
	if names != nil {
		rows = append(rows, []string{"  buckets", strings.Join(names, ", ")})
	}
	f.Got = scene + recorder.Table(rows...)
	switch {
	case m.Kind != "histogram":
		f.Cause = "Only a histogram keeps how durations are distributed: of a sum or a last value there is no percentile."
	case sum > 100:
		f.Cause = fmt.Sprintf("These are no seconds: as seconds, the three queries would have taken %s together.\ntime.Since(start).Seconds() is a number of seconds.", long(sum))
	case count == 3 && sum == 2:
		f.Cause = "Only whole seconds are left: an int64 has no room for 0.001 and 0.1. Float64Histogram takes the fraction, and\ntime.Since(start).Seconds() has it."
	case sum < 0.01:
		f.Cause = "Everything takes no time at all: the duration was taken before the query. In defer h.Record(ctx,\ntime.Since(start).Seconds()) the arguments are evaluated at once; only the call waits."
	case count == 3 && sum > 1 && sum < 2.09:
		f.Cause = "The query of 2 s was still running when the others began, and its start was forgotten: many queries run at once, and\nwhat belongs to one of them is a variable of the function, not a field of the store."
	case sum < 2.09 || sum > 2.11 || count != 3:
		f.Cause = "Each query should be measured once, from its start to its end: the sum is what the three took together."
	case m.Unit != "s":
		f.Cause = "The numbers are seconds, and nothing says so: the unit is part of the instrument, metric.WithUnit(\"s\")."
	case len(buckets) < 3 && !sdks:
		f.Cause = "Different durations fall into one bucket, so every percentile of them is the same: there has to be a boundary\nbetween 0.001 and 0.1, and one between 0.1 and 2."
	case len(buckets) < 3:
		f.Cause = "Different durations fall into one bucket, so every percentile of them is the same. The default boundaries\nare 0, 5, 10, … 10000, made for milliseconds: metric.WithExplicitBucketBoundaries sets others."
	default:
		return
	}
	recorder.Fail(t, f)
}

// long says how long so many seconds are, in a unit that gives a feeling for it.
func long(seconds float64) string {
	switch d := time.Duration(seconds) * time.Second; {
	case seconds > 1e9:
		return fmt.Sprintf("%.0f years", seconds/(365.25*24*3600))
	case d > 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	default:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
}

// bucket says what the i-th bucket holds: "from 0.5 to 1".
func bucket(bounds []float64, i int) string {
	switch {
	case len(bounds) == 0:
		return "in the only one"
	case i == 0:
		return fmt.Sprintf("up to %g", bounds[0])
	case i == len(bounds):
		return fmt.Sprintf("above %g", bounds[i-1])
	}
	return fmt.Sprintf("from %g to %g", bounds[i-1], bounds[i])
}
