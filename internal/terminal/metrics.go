package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/metrics"
	"otel.workshop/internal/printable"
)

// Metrics draws one line a series: the metric's name, its numbers, in a column
// for each metric, and what tells the series apart, which is never cut: it goes
// on below where there is no room beside.
func Metrics(list []collector.Metric, look Look) string {
	type line struct {
		name, value string
		values      int // columns of the metric's widest value
		parts       []string
	}
	var lines []line
	names := 0
	for _, m := range list {
		name := printable.Text(m.Name)
		values := 0
		for _, p := range m.Points {
			values = max(values, ansi.StringWidth(metrics.Value(m, p)))
		}
		for i, p := range m.Points {
			l := line{name: name, value: metrics.Value(m, p), values: values, parts: metrics.Attributes(p)}
			if trace := slowestTrace(m, p); trace != "" {
				l.parts = append(l.parts, " slowest:"+unbroken+"trace"+unbroken+printable.Text(trace[:8]))
			}
			if i > 0 {
				l.name = ""
			}
			names = max(names, ansi.StringWidth(name))
			lines = append(lines, l)
		}
	}
	names = min(names, look.Width/2)
	var out []string
	for _, l := range lines {
		start := pad(ansi.Truncate(l.name, names, "…"), names) + "  " + pad(l.value, l.values) + "  "
		if attrs := strings.Join(l.parts, " "); ansi.StringWidth(strings.TrimRight(start+attrs, " ")) <= look.Width {
			out = append(out, start+look.dim(strings.ReplaceAll(attrs, unbroken, " ")))
			continue
		}
		out = append(out, look.cut(strings.TrimRight(start, " ")))
		below := names + 2
		if look.Width-below < 40 { // a narrow window
			below = 4
		}
		for _, attrs := range fold(strings.Join(l.parts, " "), look.Width-below) {
			for attrs := range strings.SplitSeq(wrapHard(attrs, look.Width-below), "\n") {
				out = append(out, strings.Repeat(" ", below)+look.dim(attrs))
			}
		}
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return strings.Join(out, "\n")
}

// slowestTrace is the trace in which the longest duration was measured, of those
// that a histogram has kept with their trace; "" without one.
func slowestTrace(m collector.Metric, p collector.Point) string {
	var longest collector.Exemplar
	for _, e := range p.Exemplars {
		if len(e.TraceID) >= 8 && e.Value >= longest.Value {
			longest = e
		}
	}
	if m.Unit != "s" {
		return ""
	}
	return longest.TraceID
}
