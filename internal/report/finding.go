package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/clipperhouse/displaywidth"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report/hang"
)

// outputLines is how much of what a check has printed a finding shows; the
// last lines are the ones that tell.
const outputLines = 12

// Finding draws one result in full: the rule, want and got, the likely cause,
// where to go. Errors are w's.
func Finding(w io.Writer, res grader.Result, opts Options) error {
	p := printer{opts: opts, paint: Painter(opts.Color)}
	p.finding(res)
	return p.flush(w)
}

func (p *printer) finding(res grader.Result) {
	p.rule(res)
	if happened := Happened(res); happened != "" {
		p.prose(happened)
	}
	if f := res.Finding; f != nil && res.Outcome == grader.Fail {
		p.block("want", Green, printable.Text(f.Want))
		p.block("got", Red, printable.Text(f.Got))
		p.prose(printable.Text(f.Cause))
		p.prose(printable.Text(res.Known))
	}
	switch res.Outcome {
	case grader.Crashed, grader.TimedOut:
		p.block("stack", Dim, printable.Text(res.Stack))
		p.output(res)
	case grader.Fail, grader.NotJudged:
		if res.Finding == nil || p.opts.Full {
			p.output(res)
		}
	}
	if res.Outcome != grader.Pass {
		p.line("")
		p.line("    " + p.paint.Paint(Dim, Where(res)))
	}
}

// Rule is a check's rule as it reads without Markdown.
func Rule(c lesson.Check) string { return strings.ReplaceAll(oneLine(c.Rule), "`", "") }

// Brief is one result in a line or two, for where another one is explained: its
// mark, number and id, and the likely cause.
func Brief(res grader.Result, opts Options) string {
	p := printer{opts: opts, paint: Painter(opts.Color)}
	mark, style := Mark(res.Outcome)
	start := mark + " " + res.Check.Number + " " + res.Check.ID
	about := Reason(res)
	if f := res.Finding; f != nil && res.Outcome == grader.Fail && strings.TrimSpace(f.Cause) != "" {
		cause, _, _ := strings.Cut(strings.TrimSpace(f.Cause), "\n\n")
		about = strings.TrimSuffix(oneLine(cause), ":") // what is announced is left out
	}
	lines := hang.Fold(start+"   "+about, p.width(), 2)
	lines[0] = p.paint.Paint(style, mark) + strings.TrimPrefix(lines[0], mark)
	return strings.Join(lines, "\n")
}

// rule draws the first line: mark, id and rule, the rule folded beside the id.
func (p *printer) rule(res grader.Result) {
	mark, style := Mark(res.Outcome)
	start := mark + " " + res.Check.ID
	rule := Rule(res.Check)
	indent := displaywidth.String(start) + 3
	if p.width()-indent < 30 { // a long id or a narrow screen: below it
		p.line(p.paint.Paint(style, mark) + " " + p.paint.Paint(Bold, res.Check.ID))
		for _, l := range fold(rule, p.width()-4) {
			p.line("    " + l)
		}
		return
	}
	for i, l := range fold(rule, p.width()-indent) {
		if i == 0 {
			p.line(p.paint.Paint(style, mark) + " " + p.paint.Paint(Bold, res.Check.ID) + "   " + l)
			continue
		}
		p.line(strings.Repeat(" ", indent) + l)
	}
}

// Happened says in a sentence how the check ended, when want and got don't.
func Happened(res grader.Result) string {
	summary := oneLine(res.Summary)
	switch res.Outcome {
	case grader.Fail:
		if res.Finding == nil {
			return summary
		}
		return ""
	case grader.Pass:
		return ""
	case grader.Blocked:
		if res.BlockedBy == "" {
			return strings.TrimSpace("It relies on another check, which does not pass. " + summary)
		}
		return "It relies on " + oneLine(res.BlockedBy) + ", which does not pass yet: fix that one first."
	case grader.NotJudged:
		if res.Again {
			return strings.TrimSuffix("It was not judged this time: "+summary, ": ")
		}
		return strings.TrimSuffix("This machine cannot show it: "+summary, ": ")
	case grader.DoesNotBuild:
		return strings.TrimSpace("The step does not compile, so this check could not run. " + summary)
	}
	return strings.TrimSuffix("It "+string(res.Outcome)+": "+summary, ": ")
}

func (p *printer) prose(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.line("")
	for _, l := range fold(text, p.width()-4) {
		if !strings.HasPrefix(l, " ") {
			p.line("    " + l)
			continue
		}
		p.code("    ", l)
	}
}

// block draws a picture beside its label. Its columns mean something: it is
// folded only where the screen is too narrow for it.
func (p *printer) block(label string, style Style, text string) {
	text = strings.Trim(text, "\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	p.line("")
	beside := p.paint.Paint(style, pad(label, 7))
	for l := range strings.SplitSeq(text, "\n") {
		for _, l := range hang.Columns(l, p.room(11)) {
			p.line("    " + beside + l)
			beside = strings.Repeat(" ", 7)
		}
	}
}

// output draws the end of what the check has printed, behind a line that
// nothing it prints can imitate.
func (p *printer) output(res grader.Result) {
	text := strings.TrimRight(strings.Trim(printable.Text(res.Output), "\n"), " \n")
	if text == "" {
		return
	}
	lines := strings.Split(text, "\n")
	label := "Your program printed:"
	if n := len(lines) - outputLines; n > 0 && !p.opts.Full {
		lines = lines[n:]
		label = fmt.Sprintf("Your program printed, after %d lines more:", n)
	}
	p.line("")
	p.line("    " + label)
	for _, l := range lines {
		p.code("    "+p.paint.Paint(Dim, "│ "), l)
	}
}

// inStack is a place of the learner's in a stack: the first is where it happened.
var inStack = regexp.MustCompile(`steps/\S+\.go:\d+`)

// Where says where to go: the line of code, or the lesson when none is known.
func Where(res grader.Result) string {
	lesson := "lesson " + res.Check.Number
	f := res.Finding
	if place := inStack.FindString(res.Stack); place != "" && f == nil {
		return oneLine(place) + "   ·   " + lesson
	}
	if f == nil || f.File == "" {
		path, _, _ := strings.Cut(res.Check.Lesson(), "#")
		return path + "   ·   " + lesson
	}
	place := oneLine(f.File)
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, f.Line)
	}
	return place + "   ·   " + lesson
}

// code draws a line that is not prose, behind a margin.
func (p *printer) code(margin, line string) {
	for _, l := range hang.Code(line, p.room(ansi.StringWidth(margin))) {
		p.line(margin + l)
	}
}

// room is how many columns are left beside so many; 0 where there is no limit.
func (p *printer) room(taken int) int {
	if p.opts.Width <= 0 {
		return 0
	}
	return p.width() - taken
}

func (p *printer) width() int {
	if p.opts.Width <= 0 {
		return defaultWidth
	}
	return max(24, p.opts.Width)
}
