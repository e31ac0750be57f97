package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/metrics"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/waterfall"
)

// A findingView is why a check does not pass.
type findingView struct {
	Other           string // which check, when it is not the one at hand
	Rule            string
	Happened        string // how it ended, when want and got don't say it
	Want, Got       string
	Cause           []causePart
	Known, KnownURL string // which mistake it looks like
	Stack, Output   string
	Where           string
	Class, Mark, ID string
}

// inGallery finds the mistake that a sentence is about.
var inGallery = regexp.MustCompile(`broken/[0-9a-z-]+/([0-9a-z-]+)\.diff`)

// printedLines is how much of a check's output is shown: its end.
const printedLines = 40

func newFinding(res grader.Result, at lesson.Check) *findingView {
	mark, _ := report.Mark(res.Outcome)
	v := &findingView{
		Rule: report.Rule(res.Check), Happened: report.Happened(res), Where: report.Where(res),
		Class: outcomeClass(res.Outcome), Mark: mark, ID: res.Check.ID,
	}
	if !is(res.Check, at) {
		v.Other = res.Check.Number + " " + res.Check.ID
	}
	if f := res.Finding; f != nil && res.Outcome == grader.Fail {
		v.Want, v.Got = strings.Trim(printable.Text(f.Want), "\n"), strings.Trim(printable.Text(f.Got), "\n")
		v.Cause, v.Known = causeOf(printable.Text(f.Cause)), printable.Text(res.Known)
		if m := inGallery.FindStringSubmatch(res.Known); m != nil {
			v.KnownURL = "/mistakes/" + m[1]
		}
	}
	switch res.Outcome {
	case grader.Crashed, grader.TimedOut:
		v.Stack = printable.Text(res.Stack)
		v.Output = tail(printable.Text(res.Output))
	case grader.Fail, grader.NotJudged:
		if res.Finding == nil {
			v.Output = tail(printable.Text(res.Output))
		}
	}
	return v
}

// A causePart is a paragraph of what is said of a cause, or, indented in the
// text, what is shown of it: code, a picture, the lines of a diff.
type causePart struct {
	Text  string
	Shown bool
	Diff  []diffLine
}

func causeOf(text string) (parts []causePart) {
	for block := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		shown := strings.HasPrefix(block, "  ")
		if shown {
			block = strings.ReplaceAll(block[2:], "\n  ", "\n")
		}
		if last := len(parts) - 1; shown && last >= 0 && parts[last].Shown {
			parts[last].Text += "\n\n" + block
			continue
		}
		if block != "" {
			parts = append(parts, causePart{Text: block, Shown: shown})
		}
	}
	for i, p := range parts {
		if p.Shown && changes(p.Text) {
			parts[i].Diff = diffLines(p.Text)
		}
	}
	return parts
}

// changes reports whether all lines of a text are a diff's, or say that there are
// more.
func changes(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "+") && !strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "…") {
			return false
		}
	}
	return true
}

func tail(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-printedLines):], "\n")
}

// An evidenceView is what the code produced in a check.
type evidenceView struct {
	ID      string
	Traces  []traceView
	More    int
	Metrics []metricLine
}

type metricLine struct{ Name, Value, Attrs string }

// What is drawn of a check's telemetry; some checks make a lot.
const (
	evidenceTraces  = 2
	evidenceMetrics = 12
)

// evidence is nil when the check saw no telemetry that says something. Of tells
// where its spans are asked for; see spanPart.
func (s *Server) evidence(res grader.Result, of string) *evidenceView {
	return s.drawn(res.Check.ID, laidOut(res.Traces), res.Metrics, of)
}

// laidOut returns the traces of what a check saw, but those that took no time at
// all: they were made on a check's own clock.
func laidOut(otlp []byte) []waterfall.Trace {
	spans, err := collector.SpansFromJSON(otlp)
	if err != nil {
		return nil // the finding says what is wrong
	}
	return slices.DeleteFunc(waterfall.Layout(spans), func(t waterfall.Trace) bool { return t.Duration() == 0 })
}

func (s *Server) drawn(id string, all []waterfall.Trace, otlp []byte, of string) *evidenceView {
	v := &evidenceView{ID: id}
	for _, t := range all[:min(len(all), evidenceTraces)] {
		v.Traces = append(v.Traces, s.trace(t, of))
	}
	v.More = max(0, len(all)-evidenceTraces)
	if list, err := collector.MetricsFromJSON(otlp); err == nil {
		v.Metrics = metricLines(list)
	}
	if len(v.Traces) == 0 && len(v.Metrics) == 0 {
		return nil
	}
	return v
}

func metricLines(list []collector.Metric) []metricLine {
	var lines []metricLine
	more := 0
	for _, m := range list {
		for _, p := range m.Points {
			if len(lines) == evidenceMetrics {
				more++
				continue
			}
			lines = append(lines, metricLine{printable.Text(m.Name), apart(metrics.Value(m, p)), metrics.Series(p)})
		}
	}
	if more > 0 {
		lines = append(lines, metricLine{Name: fmt.Sprintf("… and %d more", more)})
	}
	return lines
}

// apart sets the numbers of a value apart, which have two spaces in between.
func apart(value string) string { return strings.ReplaceAll(value, "  ", " · ") }

func tally(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }
