package terminal

import (
	"path/filepath"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
)

// press does what a key says, and reports whether it is to quit.
func (m *model) press(key string) (quit bool) {
	m.flash = ""
	switch strings.ToLower(key) {
	case "q", "ctrl+c":
		return true
	case "n":
		m.goNext()
	case "p":
		m.goTo(m.session.Previous(m.check), "This is the first check of all.")
	case "f":
		m.goTo(m.session.Further(m.check, m.report), "No further check of this step is open.")
	case "h":
		m.say(Hint(m.session.Hint(m.check), m.look))
	case "d":
		m.diff()
	case "r":
		m.desk.Again()
	case "l":
		m.list()
	case "s":
		m.send()
	case "o":
		m.say(Lesson(m.check, m.look))
	case "w":
		m.openPage()
	case "e":
		m.details()
	case "?":
		m.say(meanings(m.look))
	}
	return false
}

func (m *model) goNext() {
	to := m.session.Next(m.check, m.report)
	open := m.result() == nil || !m.result().Done()
	switch {
	case m.grading && open:
		m.flash = "still grading"
	case to == nil && open:
		m.flash = "no other check is open on this path"
	case to == nil && m.offers("f"):
		m.flash = "the core is done: f goes further"
	case to == nil:
		m.flash = "no check is open from here on; l lists them all"
	default:
		left := m.check
		m.goTo(to, "")
		if open {
			m.flash = left.ID + " stays open; p goes back"
		}
	}
}

// goTo moves to another check, and shows what is known of it.
func (m *model) goTo(c *lesson.Check, otherwise string) {
	if c == nil {
		m.flash = otherwise
		return
	}
	m.desk.GoTo(*c)
	m.follow()
}

// card introduces the check at hand: what it asks, where to go, and what the
// latest run says about it.
func (m *model) card() string {
	text := "── " + m.check.Number + " " + m.check.Title + " "
	title := m.look.dim("── ") + m.look.bold(m.check.Number+" "+m.check.Title) + " " +
		m.look.dim(strings.Repeat("─", max(0, m.look.Width-len([]rune(text)))))
	res := m.result()
	if res == nil || m.check.Step != m.report.Step.Name {
		return paragraphs(m.look.cut(title), m.look.prose(report.Rule(m.check), 2), m.todo())
	}
	if res.Outcome == grader.Pass {
		return paragraphs(m.look.cut(title), m.look.prose(report.Rule(m.check), 2), Evidence(*res, m.look),
			m.look.paint(report.Green, "✓ "+m.check.ID+" passes."))
	}
	return paragraphs(m.look.cut(title), Evidence(*res, m.look), explained(res, m.look), m.todo())
}

// todo says where the files still have the check's TODO.
func (m *model) todo() string {
	if todo, ok := m.session.TODO(m.check); ok {
		return m.look.prose(m.look.bold(todo.String())+"  "+m.look.dim(todo.Text), 4)
	}
	return ""
}

func (m *model) diff() {
	diff, err := m.session.Workspace.Diff(m.check.Step)
	switch {
	case err != nil:
		m.say(err.Error())
	case diff == "":
		m.say("steps/" + m.check.Step + " is the solution, to the letter.")
	default:
		m.say(m.look.dim("Your files (-) against the solution (+)") + "\n\n" + Diff(diff, m.look))
	}
}

func (m *model) list() {
	text, err := List(m.session, m.look)
	if err != nil {
		text = err.Error()
	}
	m.say(text)
}

func (m *model) details() {
	res := m.result()
	if res == nil {
		m.flash = "nothing was graded yet"
		return
	}
	text := Details(*res, m.look)
	if text == "" {
		m.flash = m.check.ID + " saw no telemetry"
		return
	}
	about := "All that your code produced in "
	if missed(*res) != nil {
		about = "All that was told in "
	}
	m.say(m.look.dim(about+m.check.ID) + "\n\n" + text)
}

// Lesson draws a check's part of its lesson, without the hints.
func Lesson(c lesson.Check, look Look) string {
	return look.bold(c.Number+" "+c.Title) + "\n\n" + look.markdown("**"+c.Rule+"** "+c.Text, 2) + "\n\n" +
		"  " + look.dim("from "+filepath.FromSlash("steps/"+c.Step+"/README.md"))
}
