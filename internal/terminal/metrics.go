package terminal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// Metrics draws one line a series: the metric's name, what tells the series
// apart, and its numbers.
func Metrics(metrics []collector.Metric, look Look) string {
	type line struct{ name, attrs, value string }
	var lines []line
	names, values := 0, 0
	for _, m := range metrics {
		name := printable.Text(m.Name)
		for i, p := range m.Points {
			l := line{name: name, attrs: series(p) + slowest(m, p), value: value(m, p)}
			if i > 0 {
				l.name = ""
			}
			names = max(names, ansi.StringWidth(name))
			values = max(values, ansi.StringWidth(l.value))
			lines = append(lines, l)
		}
	}
	names = min(names, look.Width/2)
	var out []string
	for _, l := range lines {
		out = append(out, look.cut(pad(ansi.Truncate(l.name, names, "…"), names)+"  "+pad(l.value, values)+"  "+look.dim(l.attrs)))
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return strings.Join(out, "\n")
}

// dull attributes are the same for everything that this workshop measures.
var dull = map[string]bool{
	"url.scheme": true, "server.address": true, "server.port": true,
	"network.protocol.name": true, "network.protocol.version": true,
	"db.client.connection.pool.name": true,
}

// series is what tells a stream from its siblings: its attributes, by the last
// part of their names where that says enough.
func series(p collector.Point) string {
	var parts []string
	for _, a := range p.Attrs {
		name := a.Key[strings.LastIndex(a.Key, ".")+1:]
		if a.Key == "error.type" {
			name = a.Key
		}
		if !dull[a.Key] {
			parts = append(parts, name+"="+a.Value)
		}
	}
	return printable.Text(strings.Join(parts, " "))
}

// slowest names the trace in which the longest duration was measured, of those
// that a histogram has kept with their trace.
func slowest(m collector.Metric, p collector.Point) string {
	var longest collector.Exemplar
	for _, e := range p.Exemplars {
		if e.TraceID != "" && e.Value >= longest.Value {
			longest = e
		}
	}
	if m.Unit != "s" || len(longest.TraceID) < 8 {
		return ""
	}
	return "  slowest: trace " + printable.Text(longest.TraceID[:8])
}

func value(m collector.Metric, p collector.Point) string {
	switch m.Kind {
	case collector.Histogram, collector.ExponentialHistogram:
		text := "count " + strconv.FormatUint(p.Count, 10)
		if p.Count == 1 {
			return text + "  " + number(p.Sum, m.Unit)
		}
		if m.Unit == "By" { // of sizes, nobody asks for the 99th percentile
			return text + "  mean " + number(p.Sum/float64(p.Count), m.Unit)
		}
		for _, q := range []float64{0.5, 0.99} {
			if v, ok := quantile(p, q); ok {
				text += fmt.Sprintf("  p%g %s", q*100, number(v, m.Unit))
			}
		}
		return text
	case collector.Summary:
		return fmt.Sprintf("count %d", p.Count)
	}
	return number(p.Value, m.Unit)
}

// number prints a value in its unit: durations as such, curly units not at all.
func number(v float64, unit string) string {
	if unit == "s" && math.Abs(v) < 1e9 {
		return waterfall.FormatDuration(time.Duration(v * float64(time.Second)))
	}
	text := strconv.FormatFloat(v, 'g', 6, 64)
	if unit == "" || unit == "1" || strings.HasPrefix(unit, "{") {
		return text
	}
	return text + " " + printable.Text(unit)
}

// quantile estimates one from a histogram's buckets: as if the measurements in
// a bucket were spread evenly between its bounds, or between Min and Max where
// those are narrower. It is false when nothing can be said.
func quantile(p collector.Point, q float64) (float64, bool) {
	if p.Count == 0 || len(p.Buckets) != len(p.Bounds)+1 || len(p.Bounds) == 0 {
		return 0, false
	}
	rank, seen := q*float64(p.Count), 0.0
	for i, n := range p.Buckets {
		if seen+float64(n) < rank || n == 0 {
			seen += float64(n)
			continue
		}
		low, high := edges(p, i)
		return low + (high-low)*(rank-seen)/float64(n), true
	}
	return 0, false
}

// edges returns the bounds of a bucket, as narrow as they are known to be.
func edges(p collector.Point, i int) (low, high float64) {
	if i > 0 {
		low = p.Bounds[i-1]
	} else {
		low = min(0, p.Bounds[0])
	}
	if i < len(p.Bounds) {
		high = p.Bounds[i]
	} else {
		high = low // nobody knows, unless there is a Max
		if p.Max != nil {
			high = *p.Max
		}
	}
	if p.Min != nil {
		low = max(low, *p.Min)
	}
	if p.Max != nil {
		high = min(high, *p.Max)
	}
	return low, max(low, high)
}
