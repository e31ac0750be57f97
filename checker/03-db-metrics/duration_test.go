package dbmetrics_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// three is the situation that shows what a histogram can tell apart.
const three = "queries of 1 ms, 100 ms and 2 s"

// Durations should go to db.query.duration, a histogram in seconds whose boundaries tell 1 ms, 100 ms and 2 s apart.
func TestDurationInSeconds(t *testing.T) {
	all := played(t)
	single, _ := all[0].counted(queryDuration)
	i := slices.IndexFunc(all, func(e *evidence) bool { return e.name == three })
	for e := range each(slices.Insert(slices.Clone(all), 0, all[i])) { // the one that says most
		m, n := e.counted(queryDuration)
		least, took, work := e.durations()
		f := recorder.At((*dbmetrics.Store).Status, finding.Finding{
			Want: e.scene() + recorder.Table([]string{queryDuration, "histogram"}, []string{"  unit", "s"}, []string{"  count", fmt.Sprint(len(e.calls))}, []string{"  sum", seconds(took)}),
			Got:  e.scene() + histogram(m),
		})
		if e.name == three && e.round == first {
			f.Want += "\n  buckets           1 in each of three"
		}
		sum := total(m)
		kind := e.after[queryDuration].Kind
		switch {
		case !measured(all, queryDuration):
			got, slip := absent(all, queryDuration)
			f.Got, f.Cause = e.scene()+got, slip
			if slip == "" && strings.Contains(got, "but") {
				f.Cause = "A chart, and this check, find a metric by its name, and by nothing else."
			} else if slip == "" {
				f.Cause = "A histogram keeps how many measurements fell between which boundaries; that is what percentiles are\nestimated from. Make one in NewStore, and record each query's duration in Status."
			}
		case kind != "" && kind != "histogram":
			f.Cause = "Only a histogram keeps how durations are distributed: of a sum or a last value there is no percentile."
		case n.all() < least:
			if _, counted := e.counted(queryCount); counted.all() < e.bounds().min {
				recorder.Needs(t, "queries-counted")
			}
			f.Cause = "A query is not timed. Record the duration of each that has ended, however it did."
			if e.any(func(c *seen) bool { return c.tracing == unsampled }) && len(e.calls) == 1 {
				f.Cause = "What is timed depends on the trace, of which most are not kept: a histogram holds all queries, or its percentiles\nare those of a few."
			}
		case n.all() > e.bounds().max:
			f.Cause = "A query is timed more than once: its duration is known when it has ended."
		case sum > 10*took.Seconds()+1 && kind == "histogram" && between(sum, 1000*work.Seconds(), 1000*took.Seconds()):
			f.Cause = fmt.Sprintf("These are no seconds: taken for seconds, their sum is %s.\ntime.Since(start).Seconds() is a number of seconds.", long(sum))
		case sum > 100 && sum > 10*took.Seconds()+1:
			f.Cause = fmt.Sprintf("These are no seconds of a query: the sum would be %s.\ntime.Since(start).Seconds() is a number of seconds.", long(sum))
		case e.name == three && sum == 2 && n.all() == 3:
			f.Cause = "Only whole seconds are left: an int64 has no room for 0.001 and 0.1. Float64Histogram takes the fraction, and\ntime.Since(start).Seconds() has it."
		case sum > took.Seconds()+0.01 && sinceOnce(all):
			f.Cause = "Each query is timed from the same moment on, and takes longer than the one before: the clock is started once, and not\nby each query."
		case sum > took.Seconds()+0.01:
			f.Cause = "That is more time than Status took: what is measured began before it, or is no number of seconds."
		case work > 10*time.Millisecond && sum < 0.001:
			f.Cause = "Everything takes no time at all: the clock was started when the query was over, or read before it began. In defer\nh.Record(ctx, time.Since(start).Seconds()) the arguments are evaluated at once; only the call waits."
		case e.name == three && sum > 1 && sum < work.Seconds()-0.001 && alike(total(single), all[0].calls[0].end.Sub(all[0].calls[0].begin)):
			f.Cause = "The query of 2 s was still running when the others began, and its start was forgotten: many queries run at once, and\nwhat belongs to one of them is a variable of the function, not a field of the store."
		case sum < work.Seconds()-0.0005:
			f.Cause = "The time that is measured is shorter than the database took: from the start of the query to its end, each query\nonce."
		case m.Unit != "s":
			f.Cause = "The numbers are seconds, and nothing says so: the unit is part of the instrument, metric.WithUnit(\"s\")."
			if slip := recorder.UnitSlip("s", m.Unit); slip != "" {
				f.Cause = "The numbers are seconds, and the unit does not say that: " + slip + ". It is metric.WithUnit(\"s\")."
			} else if m.Unit != "" {
				f.Cause = "The numbers are seconds, and the unit says something else: it is metric.WithUnit(\"s\")."
			}
		case e.name == three && e.round == first && len(buckets(m)) < 3 && sdks(m):
			f.Cause = "Different durations fall into one bucket, so every percentile of them is the same. The default boundaries\nare 0, 5, 10, … 10000, made for milliseconds: metric.WithExplicitBucketBoundaries sets others."
		case e.name == three && e.round == first && len(buckets(m)) < 3:
			f.Cause = "Different durations fall into one bucket, so every percentile of them is the same: there has to be a boundary\nbetween 0.001 and 0.1, and one between 0.1 and 2."
		default:
			continue
		}
		e.fail(t, f)
	}
}

// durations returns how many measurements there have to be at least (a failure
// that is not timed is another check's business), how long the calls took, and
// how long the database worked for those that are measured.
func (e *evidence) durations() (least float64, took, work time.Duration) {
	_, n := e.counted(queryDuration)
	b := e.bounds()
	for _, c := range e.calls {
		failure := c.ends() == fails || c.ends() == late || c.ends() == left || c.ends() == unclear
		if !failure {
			least++
		}
		took += c.end.Sub(c.begin)
		if from, to := c.works(); !failure || n.all() >= b.min {
			if c.want != breaks && c.want != left && to.After(from) {
				work += to.Sub(from)
			}
		}
	}
	return least, took, work
}

// sinceOnce reports whether what is measured of two queries differs by as much
// as the times at which they have ended: their clock was started only once.
func sinceOnce(all []*evidence) bool {
	a, _ := all[0].counted(queryDuration)
	b, _ := all[1].counted(queryDuration)
	apart := all[1].calls[0].end.Sub(all[0].calls[0].end)
	return apart > 0 && alike(total(b)-total(a), apart)
}

func between(sum, from, to float64) bool { return sum > from*0.9 && sum < to*1.1 }

func total(m recorder.Metric) (sum float64) {
	for _, p := range m.Points {
		sum += p.Value
	}
	return sum
}

func boundaries(m recorder.Metric) []float64 {
	for _, p := range m.Points {
		return p.Bounds
	}
	return nil
}

// buckets returns how many measurements are in which bucket, without empty
// ones.
func buckets(m recorder.Metric) map[int]uint64 {
	all := make(map[int]uint64)
	for _, p := range m.Points {
		for i, n := range p.Counts {
			if n > 0 {
				all[i] += n
			}
		}
	}
	return all
}

// sdks reports whether a histogram has the SDK's boundaries.
func sdks(m recorder.Metric) bool {
	b := boundaries(m)
	return len(b) > 0 && b[len(b)-1] == 10000
}

// histogram draws what was measured in one situation.
func histogram(m recorder.Metric) string {
	if len(m.Points) == 0 {
		return "nothing is added to " + m.Name
	}
	n := uint64(0)
	for _, p := range m.Points {
		n += p.Count
	}
	rows := [][]string{{queryDuration, m.Kind}, {"  unit", orNone(m.Unit)}, {"  count", fmt.Sprint(n)}, {"  sum", fmt.Sprintf("%.6g", total(m))}}
	var names []string
	in := buckets(m)
	for _, i := range slices.Sorted(maps.Keys(in)) {
		names = append(names, fmt.Sprintf("%d %s", in[i], bucket(boundaries(m), i)))
	}
	if names != nil {
		rows = append(rows, []string{"  buckets", strings.Join(names, ", ")})
	}
	return recorder.Table(rows...)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.6g", d.Seconds()) }

// long says how long so many seconds are, in a unit that gives a feeling for it.
func long(seconds float64) string {
	switch d := time.Duration(math.Min(seconds, 1e9)) * time.Second; {
	case seconds > 1e9:
		return fmt.Sprintf("%.0f years", seconds/(365.25*24*3600))
	case d > 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f seconds", d.Seconds())
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
