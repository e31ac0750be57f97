package session

import (
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/workspace"
)

// A Hint is one of a check's.
type Hint struct {
	Check  lesson.Check
	Number int    // from 1; one more than there are when all were given
	Text   string // Markdown; "" when all were given
	Known  string // which mistake it looks like, in a sentence, or ""
}

// Last reports whether there are no more hints after this one.
func (h Hint) Last() bool { return h.Number >= len(h.Check.Hints) }

// Spent reports whether all hints were given before.
func (h Hint) Spent() bool { return h.Number > len(h.Check.Hints) }

// Hint returns the next hint of a check, and remembers that it was given.
func (s *Session) Hint(c lesson.Check) Hint {
	key := workspace.CheckKey(c.Step, c.ID)
	h := Hint{Check: c}
	now, err := grader.Sources(s.Root(), c.Step)
	s.update(func(p *workspace.Progress) {
		if r := p.Results[key]; err == nil && r.Sources == now { // else it is about other code
			h.Known = r.Known
		}
		given := min(max(p.Hints[key], 0), len(c.Hints))
		h.Number = given + 1
		if given < len(c.Hints) {
			h.Text = c.Hints[given]
			p.Hints[key] = given + 1
		}
	})
	return h
}

// Hints returns how many hints of a check were given.
func (s *Session) Hints(c lesson.Check) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(s.progress.Hints[workspace.CheckKey(c.Step, c.ID)], len(c.Hints))
}
