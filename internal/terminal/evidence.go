package terminal

import (
	"fmt"
	"slices"
	"strings"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// maxTraces is how many of a check's traces are drawn; some checks make many.
const maxTraces = 2

// Evidence draws what a learner's code produced in a check: its traces as
// waterfalls, and the names of its metrics. It is "" when the check saw
// neither.
func Evidence(res grader.Result, look Look) string {
	if m := missed(res); m != nil {
		return both(res, *m, look)
	}
	body := paragraphs(traces(res.Traces, look), metricNames(res.Metrics, look))
	if body == "" {
		return ""
	}
	return look.dim("What your code produced in "+res.Check.ID) + "\n\n" + body
}

func traces(otlp []byte, look Look) string {
	spans, err := collector.SpansFromJSON(otlp)
	if err != nil || len(spans) == 0 {
		return "" // the finding says what is wrong; a picture is an extra
	}
	// A trace that took no time at all was made on a check's own clock. It says
	// nothing about where time goes; Details has it.
	all := slices.DeleteFunc(waterfall.Layout(spans), func(t waterfall.Trace) bool { return t.Duration() == 0 })
	var parts []string
	for _, t := range all[:min(len(all), maxTraces)] {
		parts = append(parts, Trace(t, look))
	}
	if n := len(all) - maxTraces; n > 0 {
		parts = append(parts, look.dim(fmt.Sprintf("    … and %s more", count(n, "trace"))))
	}
	return strings.Join(parts, "\n\n")
}

// Trace draws one trace, indented.
func Trace(t waterfall.Trace, look Look) string {
	var b strings.Builder
	_ = waterfall.Text(&b, t, look.waterfall(4)) // a Builder doesn't fail
	return indented(strings.TrimRight(b.String(), "\n"), 4)
}

func metricNames(otlp []byte, look Look) string {
	metrics, err := collector.MetricsFromJSON(otlp)
	if err != nil || len(metrics) == 0 {
		return ""
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range metrics {
		if !seen[m.Name] {
			seen[m.Name] = true
			names = append(names, m.Name)
		}
	}
	const label = "    metrics   "
	return label + strings.TrimLeft(look.prose(printable.Text(strings.Join(names, ", ")), len(label)), " ")
}

// Details draws all that is known of the spans that a check saw.
func Details(res grader.Result, look Look) string {
	if m := missed(res); m != nil {
		return paragraphs(
			wrong(*m, look), details(res.Traces, res.Metrics, look),
			right(look), details(res.Right.Traces, res.Right.Metrics, look))
	}
	return details(res.Traces, res.Metrics, look)
}

func details(traces, otlp []byte, look Look) string {
	spans, err := collector.SpansFromJSON(traces)
	if err != nil {
		spans = nil
	}
	var parts []string
	for _, t := range waterfall.Layout(spans) {
		for _, row := range t.Rows {
			if len(parts) == maxSpans {
				parts = append(parts, look.dim(fmt.Sprintf("    … and %s more", count(len(spans)-maxSpans, "span"))))
				return paragraphs(parts...)
			}
			var b strings.Builder
			_ = waterfall.Details(&b, row.Span, look.waterfall(4))
			parts = append(parts, indented(strings.TrimRight(b.String(), "\n"), 4))
		}
	}
	if metrics, err := collector.MetricsFromJSON(otlp); err == nil && len(metrics) > 0 {
		parts = append(parts, indented(Metrics(metrics, Look{Width: look.Width - 4, Color: look.Color}), 4))
	}
	return paragraphs(parts...)
}

// maxSpans is how many spans are shown in detail.
const maxSpans = 6

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
