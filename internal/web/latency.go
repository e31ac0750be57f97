package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/metrics"
)

// latencies draws percentiles, out of the buckets that each export has filled.
func latencies(t metrics.Track, times scale) cardView {
	c := cardView{What: "how long it takes"}
	quantiles := []struct {
		q     float64
		class string
		line  []sampled
	}{{q: 0.5, class: "line-0"}, {q: 0.9, class: "line-1"}, {q: 0.99, class: "line-2"}}
	smallest, largest := math.Inf(1), 0.0
	for _, e := range t.Exemplars {
		if e.Value > 0 {
			smallest, largest = min(smallest, e.Value), max(largest, e.Value)
		}
	}
	low, high, open, one := metrics.OneBucket(t.Latest)
	if one {
		smallest, largest = min(smallest, bottom(t.Latest, high)), max(largest, cmp.Or(high, low))
	}
	for _, sm := range t.Samples {
		for i := range quantiles {
			v, ok := metrics.Quantile(sm.Point, quantiles[i].q)
			if !ok || one {
				v = math.NaN()
			} else if v > 0 {
				smallest, largest = min(smallest, v), max(largest, v)
			}
			quantiles[i].line = append(quantiles[i].line, sampled{sm.Time, v})
		}
	}
	times = times.decades(smallest, cmp.Or(largest, 1))
	label := func(v float64) string { return metrics.Number(v, t.Unit) }
	says := "Latency of " + t.Name
	for _, q := range quantiles {
		name := fmt.Sprintf("p%g", q.q*100)
		if v, ok := atTheEdge(t, q.q); ok && !one {
			c.Key = append(c.Key, keyView{q.class, name, label(v)})
			says += ", " + name + " " + label(v)
		}
	}
	c.Plot = area(says+".", times, label)
	for _, bound := range t.Latest.Bounds {
		if bound > times.low && bound < times.high {
			c.Plot.Grid = append(c.Plot.Grid, gridLine{Y: px(times.y(bound)), Faint: true})
		}
	}
	if one {
		c.Note = oneBucket(t, low, high, open)
		top := times.high
		if !open {
			top = high
		}
		y, bottom := times.y(top), times.y(max(low, times.low))
		c.Plot.Band = &bandView{px(y), px(max(2, bottom-y))}
	} else {
		for _, q := range quantiles {
			c.Plot.Lines = append(c.Plot.Lines, times.steps(q.class, q.line, spans(t)))
		}
		if len(c.Key) == 0 {
			c.Note = "It has no buckets that percentiles could be read from."
		}
	}
	if len(t.Exemplars) > 0 {
		c.Key = append(c.Key, keyView{"dot", "leads to its trace", ""})
	}
	for _, e := range t.Exemplars {
		if e.Time.Before(times.from) || e.Value <= 0 {
			continue
		}
		c.Plot.Dots = append(c.Plot.Dots, dotView{
			X: percent(times.x(e.Time)), Y: px(times.y(e.Value)), URL: "/live?trace=" + e.TraceID,
			Title: label(e.Value) + " in trace " + e.TraceID[:min(8, len(e.TraceID))],
		})
	}
	return c
}

// atTheEdge is where a line ends: what the legend says is what the plot shows
// beside it, and not of all time, unless the boundaries have just changed and
// there is no more to know.
func atTheEdge(t metrics.Track, q float64) (float64, bool) {
	for _, sm := range slices.Backward(t.Samples) {
		if sm.Added == 0 {
			continue
		}
		if v, ok := metrics.Quantile(sm.Point, q); ok {
			return v, true
		}
		break
	}
	return metrics.Quantile(t.Latest, q)
}

// bottom is the smallest value that a plot of one bucket has to show.
func bottom(p collector.Point, high float64) float64 {
	if p.Min != nil && *p.Min > 0 {
		return *p.Min
	}
	return cmp.Or(high, 1) / 1000
}

// defaultBounds are the SDK's, made for milliseconds.
var defaultBounds = []float64{0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000}

// oneBucket says why there are no percentiles.
func oneBucket(t metrics.Track, low, high float64, open bool) string {
	number := func(v float64) string { return metrics.Number(v, t.Unit) }
	where := "between " + number(low) + " and " + number(high)
	if open {
		where = "beyond " + number(low) + ", the last bound"
	}
	text := fmt.Sprintf("All in one bucket: all %d measurements lie %s, and nobody can say where. No percentile can be told.", t.Latest.Count, where)
	if t.Unit == "s" && slices.Equal(t.Latest.Bounds, defaultBounds) {
		text += " These are the SDK's default boundaries. They are made for milliseconds; this is measured in seconds."
	}
	return text
}
