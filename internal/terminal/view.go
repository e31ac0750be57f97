package terminal

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/report"
)

// liveHeight is how many lines the live part takes at most, in windows of a
// usual width.
const liveHeight = 6

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// View draws the live lines.
func (m *model) View() tea.View {
	if !m.sized {
		return tea.NewView("")
	}
	return tea.NewView("\n" + m.live())
}

func (m *model) live() string {
	where := fmt.Sprintf("%s · %s %s", m.check.Step, m.check.Number, m.check.Title)
	return strings.Join([]string{
		m.look.dim(strings.Repeat("─", max(1, m.look.Width))),
		m.look.cut(m.look.bold(where) + "  " + m.status()),
		m.look.dim(m.help()),
	}, "\n")
}

// status says what is going on.
func (m *model) status() string {
	if m.flash != "" {
		return m.look.paint(report.Yellow, m.flash)
	}
	if m.grading {
		text := spinner[m.frame%len(spinner)] + " "
		if m.ended == 0 {
			return text + "compiling"
		}
		return text + fmt.Sprintf("grading %d of %d", m.ended, len(m.report.Step.Checks))
	}
	if m.broken {
		return m.look.paint(report.Red, "✎ does not compile")
	}
	res := m.result()
	if res == nil {
		return ""
	}
	mark, style := report.Mark(res.Outcome)
	switch res.Outcome {
	case grader.Pass:
		if m.session.Next(m.check, m.report) != nil {
			return m.look.paint(style, mark+" passes, press n")
		}
		return m.look.paint(style, mark+" passes")
	case grader.Blocked:
		return m.look.paint(style, mark+" waits for "+res.BlockedBy)
	case grader.Fail:
		return m.look.paint(style, mark+" fails") + m.look.dim(", waiting for a save")
	}
	return m.look.paint(style, mark+" "+string(res.Outcome))
}

// help lists the keys, in as many lines as it takes.
func (m *model) help() string {
	hint := "h hint"
	if given := m.session.Hints(m.check); given > 0 {
		hint = fmt.Sprintf("h hint %d/%d", min(given+1, len(m.check.Hints)), len(m.check.Hints))
	}
	keys := []string{"n next", "p previous", hint, "o lesson", "s request", "e details", "d diff", "l list", "r again"}
	if m.report.Passed(false) {
		keys = append(keys, "f further")
	}
	keys = append(keys, "q quit")
	var lines []string
	line := ""
	for _, k := range keys {
		if line != "" && ansi.StringWidth(line)+3+ansi.StringWidth(k) > m.look.Width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += "   "
		}
		line += k
	}
	return strings.Join(append(lines, line), "\n")
}
