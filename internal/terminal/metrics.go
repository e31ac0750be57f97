package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/metrics"
	"otel.workshop/internal/printable"
)

// Metrics draws one line a series: the metric's name, what tells the series
// apart, and its numbers.
func Metrics(list []collector.Metric, look Look) string {
	type line struct{ name, attrs, value string }
	var lines []line
	names, values := 0, 0
	for _, m := range list {
		name := printable.Text(m.Name)
		for i, p := range m.Points {
			l := line{name: name, attrs: metrics.Series(p) + slowest(m, p), value: metrics.Value(m, p)}
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
