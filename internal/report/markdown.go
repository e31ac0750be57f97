package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/printable"
)

// Markdown writes reports in GitHub's Markdown, for the summary of a CI run: a
// table for each step, and what to look at next. Links to the lessons begin
// with base, such as "https://github.com/me/workshop/blob/main/"; when it is ""
// they are relative to the repository's root. The same verdicts give the same
// text: nothing in it was measured. Errors are w's.
func Markdown(w io.Writer, base string, reports ...grader.Report) error {
	m := page{base: base}
	for i, r := range reports {
		if i > 0 {
			m.line("")
		}
		m.report(r)
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

// A page is a text in Markdown that grows.
type page struct {
	base string
	b    strings.Builder
}

func (m *page) line(s string) { m.b.WriteString(s + "\n") }

func (m *page) report(r grader.Report) {
	title := r.Step.Name
	if r.Step.Title != "" {
		title += " · " + oneLine(r.Step.Title)
	}
	tally, _ := tally(r)
	m.line("## " + title)
	m.line("")
	m.line(strings.ReplaceAll(tally, separator, " · "))
	if len(r.Results) > 0 {
		m.table(r)
	}
	if !compiles(r) || r.Build != "" {
		m.fenced("The step does not compile, so its checks could not run.", printable.Text(r.Build))
	} else if first := r.First(); first != nil {
		var finding strings.Builder
		_ = Finding(&finding, *first, Options{}) // a Builder never fails
		next := "Next: "
		if first.Check.Further && coreDone(r) {
			next = "The core is done. Further, if you like: "
		}
		m.fenced(next+m.link(first.Check), finding.String())
	}
}

func (m *page) table(r grader.Report) {
	m.line("")
	m.line("| outcome | check | |")
	m.line("|---|---|---|")
	for _, further := range []bool{false, true} {
		for _, res := range r.Results {
			if res.Check.Further != further {
				continue
			}
			mark, _ := Mark(res.Outcome)
			check := m.link(res.Check)
			if further {
				check += " *further*"
			}
			m.line(fmt.Sprintf("| %s %s | %s | %s |", mark, res.Outcome, check, about(res)))
		}
	}
}

// link leads to the section of the lesson that states a check.
func (m *page) link(c lesson.Check) string {
	return fmt.Sprintf("[%s %s](%s%s)", c.Number, c.ID, m.base, c.Lesson())
}

// about is the last cell of a check's row. A title is the lesson's, Markdown
// already; what happened may hold the learner's own words, and is code, in
// which nothing else is meant by anything.
func about(res grader.Result) string {
	text := Reason(res)
	if text == "" {
		return ""
	}
	if text != oneLine(res.Check.Title) {
		fence := strings.Repeat("`", longestTicks(text)+1)
		text = fence + " " + text + " " + fence
	}
	return strings.ReplaceAll(text, "|", `\|`) // which ends a cell even within code
}

// fenced writes a paragraph and, below it, a text as it is: the fence is longer
// than anything in it.
func (m *page) fenced(title, text string) {
	fence := strings.Repeat("`", max(3, longestTicks(text)+1))
	m.line("")
	m.line(title)
	m.line("")
	m.line(fence + "text")
	m.line(strings.Trim(text, "\n"))
	m.line(fence)
}

var ticks = regexp.MustCompile("`+")

// longestTicks is the length of the longest row of backticks in a text.
func longestTicks(text string) int {
	longest := 0
	for _, row := range ticks.FindAllString(text, -1) {
		longest = max(longest, len(row))
	}
	return longest
}
