package terminal

import (
	"slices"
	"strings"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/waterfall"
)

// missed returns the mistake that a learner's tests have let through, when
// there is something to be seen of it.
func missed(res grader.Result) *finding.Missed {
	if res.Finding == nil || res.Finding.Missed == nil || res.Finding.Missed.Scene == "" {
		return nil
	}
	return res.Finding.Missed
}

// mostLines is after how many lines of traces no other is drawn: a mistake may tear
// one into three small ones.
const mostLines = 6

// mostOnly is how many lines are shown of what one of the two tells alone.
const mostOnly = 4

// both draws what a mistake tells, and below it what the solution tells of the
// same, in the same columns and on one time scale.
func both(res grader.Result, m finding.Missed, look Look) string {
	one, other := laidOut(res.Traces), laidOut(res.Right.Traces)
	all := slices.Concat(one, other)
	window := waterfall.Longest(all)
	for i := range all {
		all[i] = all[i].Within(window)
	}
	texts := waterfall.Texts(all, look.waterfall(4))
	draw := func(texts []string, metrics []byte, only []string) string {
		var parts []string
		lines := 0
		for i, t := range texts {
			if lines > mostLines {
				parts = append(parts, look.dim("    … and "+count(len(texts)-i, "more trace")))
				break
			}
			lines += strings.Count(t, "\n")
			parts = append(parts, indented(strings.TrimRight(t, "\n"), 4))
		}
		if list, err := collector.MetricsFromJSON(metrics); err == nil && len(list) > 0 {
			parts = append(parts, indented(Metrics(list, Look{Width: look.Width - 4, Color: look.Color}), 4))
		}
		if len(only) > 0 {
			text := printable.Text(strings.Join(only[:min(len(only), mostOnly)], "\n"))
			parts = append(parts, "    "+look.dim("alone")+"\n"+look.code(text, 6))
		}
		return paragraphs(parts...)
	}
	return paragraphs(
		wrong(m, look), draw(texts[:len(one)], res.Metrics, m.Tells),
		right(look), draw(texts[len(one):], res.Right.Metrics, m.Right),
		look.dim(look.prose("Ran, and passed: "+printable.Text(strings.Join(m.Ran, ", ")), 2)),
	)
}

func wrong(m finding.Missed, look Look) string {
	mark, style := report.Mark(grader.Fail)
	return look.paint(style, mark) + " " + look.prose("What "+printable.Text(m.Name())+" tells: "+printable.Text(m.Scene), 2)[2:]
}

func right(look Look) string {
	mark, style := report.Mark(grader.Pass)
	return look.paint(style, mark) + " What the solution tells"
}

func laidOut(otlp []byte) []waterfall.Trace {
	spans, err := collector.SpansFromJSON(otlp)
	if err != nil {
		return nil // a picture is an extra
	}
	return waterfall.Layout(spans)
}
