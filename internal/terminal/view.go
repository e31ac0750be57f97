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
	status := m.status()
	where := fmt.Sprintf("%s · %s %s", m.check.Step, m.check.Number, m.check.Title)
	room := max(len(m.check.Number)+1, m.look.Width-2-ansi.StringWidth(status))
	if ansi.StringWidth(where) > room {
		where = ansi.Truncate(m.check.Number+" "+m.check.Title, room, "…")
	}
	return strings.Join([]string{
		m.look.dim(m.rule()),
		m.look.cut(m.look.bold(where) + "  " + status),
		m.keyBar(),
	}, "\n")
}

// rule is the line above the live lines. It says what leaves this machine: to a
// room, and to a backend.
func (m *model) rule() string {
	width := max(1, m.look.Width)
	var texts []string
	for _, text := range []string{m.desk.State().Room.String(), m.forwards.brief()} {
		if text != "" {
			texts = append(texts, text)
		}
	}
	if texts == nil {
		return strings.Repeat("─", width)
	}
	text := ansi.Truncate(strings.Join(texts, " · "), max(0, width-4), "…") + " ─"
	return strings.Repeat("─", max(1, width-ansi.StringWidth(text)-1)) + " " + text
}

// status says what is going on.
func (m *model) status() string {
	if len(m.typing.text) > 2 {
		return m.look.paint(report.Yellow, m.typing.text+"▌")
	}
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
		for _, key := range []string{"n", "f"} {
			if m.offers(key) {
				return m.look.paint(style, mark+" passes, press "+key)
			}
		}
		return m.look.paint(style, mark+" passes")
	case grader.Blocked:
		return m.look.paint(style, mark+" waits for "+res.BlockedBy)
	case grader.Fail:
		return m.look.paint(style, mark+" fails") + m.look.dim(", waiting for a save")
	}
	return m.look.paint(style, mark+" "+string(res.Outcome))
}
