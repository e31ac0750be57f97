package terminal

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// printed says that a chunk has reached the scrollback.
type printed struct{}

// say puts text into the scrollback, after all that was said before, with a
// blank line above it.
func (m *model) say(text string) {
	text = strings.Trim(text, "\n")
	if text == "" {
		return
	}
	// Bubble Tea inserts text above the live lines by scrolling the window,
	// which has to be higher than the text.
	lines := append([]string{""}, strings.Split(fit(text, m.look.Width), "\n")...)
	room := max(1, m.height-liveHeight-1)
	for len(lines) > 0 {
		n := min(room, len(lines))
		m.queue = append(m.queue, strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
}

// fit folds lines that are wider than the window, and writes tabs as spaces:
// what the terminal would fold or expand by itself, Bubble Tea counts wrongly.
func fit(text string, width int) string {
	return wrapHard(strings.ReplaceAll(text, "\t", "    "), max(20, width))
}

// print sends the next chunk on its way. One at a time, or they could overtake
// each other.
func (m *model) print() tea.Cmd {
	if m.printing || len(m.queue) == 0 {
		return nil
	}
	m.printing = true
	return tea.Sequence(tea.Println(m.next()), func() tea.Msg { return printed{} })
}

// drain prints everything that is left.
func (m *model) drain() tea.Cmd {
	var all []tea.Cmd
	for len(m.queue) > 0 {
		all = append(all, tea.Println(m.next()))
	}
	return tea.Sequence(all...)
}

func (m *model) next() string {
	chunk := m.queue[0]
	m.queue = m.queue[1:]
	if chunk == "" {
		return " " // nothing at all would print nothing
	}
	return chunk
}
