package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/metrics"
	"otel.workshop/internal/printable"
)

// A metricsView is what the service measures: plots of what has a way to be
// shown, and a line for the rest.
type metricsView struct {
	Cards []cardView
	More  int
	Rest  []metricLine

	Percentiles bool // some are told
}

// A cardView is one metric.
type cardView struct {
	Name, Service, What string
	Key                 []keyView // what the lines are
	Note                string    // what can't be told from it, and why
	Plot                plotView
}

type keyView struct{ Class, Name, Value string }

// mostCards is how many metrics are plotted; the most telling come first.
const mostCards = 12

func (s *Server) metricsPart(w http.ResponseWriter, _ *http.Request) {
	s.draw(w, "metrics", s.metrics())
}

func (s *Server) metrics() metricsView {
	tracks := s.history.Tracks()
	slices.SortStableFunc(tracks, func(a, b metrics.Track) int { return cmp.Compare(rank(a), rank(b)) })
	var v metricsView
	for _, t := range tracks {
		if len(t.Samples) == 0 {
			continue
		}
		cards := s.cards(t)
		if len(cards) == 0 {
			v.Rest = append(v.Rest, metricLine{printable.Text(t.Name), restValue(t), printable.Text(t.Service)})
		}
		for _, c := range cards {
			if len(v.Cards) == mostCards {
				v.More++
				continue
			}
			v.Percentiles = v.Percentiles || slices.ContainsFunc(c.Key, func(k keyView) bool { return k.Name == "p99" })
			c.Name, c.Service = printable.Text(t.Name), printable.Text(t.Service)
			v.Cards = append(v.Cards, c)
		}
	}
	return v
}

// rank is smaller for what a person looks at first.
func rank(t metrics.Track) int {
	for i, start := range []string{"http.server.request.duration", "db.", "http.client.request.duration"} {
		if strings.HasPrefix(t.Name, start) {
			return i
		}
	}
	return 9
}

func restValue(t metrics.Track) string {
	m := collector.Metric{Kind: t.Kind, Unit: t.Unit}
	return apart(metrics.Value(m, t.Latest))
}

// cards draws a metric; a duration twice: how many, and how long.
func (s *Server) cards(t metrics.Track) []cardView {
	last := t.Samples[len(t.Samples)-1].Time
	times := newScale(t.Samples[0].Time.Add(-t.Samples[0].Span), last)
	switch t.Kind {
	case collector.Histogram, collector.ExponentialHistogram:
		if t.Unit != "s" && t.Unit != "ms" {
			return nil
		}
		return []cardView{rates(t, times, "how many in a second"), latencies(t, times)}
	case collector.Counter:
		return []cardView{rates(t, times, "how many in a second")}
	case collector.Gauge, collector.UpDownCounter:
		return []cardView{levels(t, times)}
	}
	return nil
}

func rates(t metrics.Track, times scale, what string) cardView {
	var values []sampled
	largest := 0.0
	for _, sm := range t.Samples {
		rate, ok := sm.Rate()
		if !ok {
			rate = math.NaN()
		}
		values = append(values, sampled{sm.Time, rate})
		if ok {
			largest = max(largest, rate)
		}
	}
	times = times.linear(largest)
	latest := values[len(values)-1].value
	c := cardView{What: what}
	text := "not known"
	if !math.IsNaN(latest) {
		text = fmt.Sprintf("%.3g/s", latest)
	}
	c.Key = []keyView{{"line-0", "now", text}}
	if t.Kind != collector.Counter {
		c.Key = append(c.Key, keyView{"", "in all", fmt.Sprint(t.Latest.Count)})
	} else {
		c.Key = append(c.Key, keyView{"", "in all", metrics.Number(t.Latest.Value, t.Unit)})
	}
	c.Plot = area("Rate of "+t.Name+": now "+text+".", times, func(v float64) string { return fmt.Sprintf("%.3g/s", v) })
	c.Plot.Lines = []lineView{times.steps("line-0", values, spans(t))}
	return c
}

// spans is how much time each sample is about.
func spans(t metrics.Track) []time.Duration {
	list := make([]time.Duration, len(t.Samples))
	for i, sm := range t.Samples {
		list[i] = sm.Span
	}
	return list
}

// levels draws what goes up and down, a line for each series.
func levels(t metrics.Track, times scale) cardView {
	c := cardView{What: "now"}
	var names []string
	largest := 0.0
	for _, sm := range t.Samples {
		for _, r := range sm.Values {
			largest = max(largest, r.Value)
			if !slices.Contains(names, r.Series) && len(names) < 3 {
				names = append(names, r.Series)
			}
		}
	}
	times = times.linear(largest)
	says := t.Name
	number := func(v float64) string { return metrics.Number(v, t.Unit) }
	var lines []lineView
	for i, name := range names {
		class := fmt.Sprintf("line-%d", i)
		var values []sampled
		for _, sm := range t.Samples {
			v := math.NaN()
			for _, r := range sm.Values {
				if r.Series == name {
					v = r.Value
				}
			}
			values = append(values, sampled{sm.Time, v})
		}
		lines = append(lines, times.line(class, values))
		text := "gone"
		if v := values[len(values)-1].value; !math.IsNaN(v) {
			text = number(v)
		}
		name = cmp.Or(printable.Text(name), "value")
		c.Key = append(c.Key, keyView{class, name, text})
		says += ", " + name + " " + text
	}
	if t.Streams > len(names) {
		c.Note = fmt.Sprintf("%d series; the first %d are drawn.", t.Streams, len(names))
	}
	c.Plot = area(says+".", times, number)
	c.Plot.Lines = lines
	return c
}

func area(label string, s scale, number func(float64) string) plotView {
	return plotView{Label: printable.Text(label), Height: plotHeight, Bottom: plotBottom, Grid: s.grid(number), Ticks: s.ticks()}
}
