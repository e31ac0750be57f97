package session

import (
	"slices"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

// Next returns the check after c on the learner's path: along the core of the
// step, over checks that pass, then to the first core check of the next step.
// A further check is followed by the next further one that does not pass. Nil
// when the path ends.
//
// The report tells what passes; it is the latest one of c's step.
func (s *Session) Next(c lesson.Check, r grader.Report) *lesson.Check {
	step, i := s.locate(c)
	if step < 0 {
		return nil
	}
	checks := s.Steps[step].Checks
	open := func(n lesson.Check) bool { return n.Further == c.Further && !done(r, n.ID) }
	for _, n := range checks[i+1:] {
		if open(n) {
			return &n
		}
	}
	for _, n := range checks[:i] { // what was passed over
		if open(n) {
			return &n
		}
	}
	if c.Further || done(r, c.ID) {
		return s.firstOf(step + 1)
	}
	return nil
}

// Previous returns the check before c in the order of the lessons, nil for the
// first one of all. From a core check it leads to core checks, also to those
// of the step before.
func (s *Session) Previous(c lesson.Check) *lesson.Check {
	step, i := s.locate(c)
	if step < 0 {
		return nil
	}
	for _, n := range slices.Backward(s.Steps[step].Checks[:i]) {
		if !n.Further || c.Further {
			return &n
		}
	}
	for step--; step >= 0; step-- {
		for _, n := range slices.Backward(s.Steps[step].Checks) {
			if !n.Further {
				return &n
			}
		}
	}
	return nil
}

// Further returns the first further check of c's step that does not pass, nil
// when there is none.
func (s *Session) Further(c lesson.Check, r grader.Report) *lesson.Check {
	step, _ := s.locate(c)
	if step < 0 {
		return nil
	}
	for _, n := range s.Steps[step].Checks {
		if n.Further && !done(r, n.ID) {
			return &n
		}
	}
	return nil
}

// Step returns the step that a check belongs to.
func (s *Session) Step(c lesson.Check) lesson.Step {
	step, _ := s.locate(c)
	return s.Steps[max(step, 0)]
}

// After returns the first core check of the step after one, nil when there is
// none.
func (s *Session) After(step lesson.Step) *lesson.Check {
	for i := range s.Steps {
		if s.Steps[i].Name == step.Name {
			return s.firstOf(i + 1)
		}
	}
	return nil
}

func (s *Session) firstOf(step int) *lesson.Check {
	if step >= len(s.Steps) {
		return nil
	}
	for _, c := range s.Steps[step].Checks {
		if !c.Further {
			return &c
		}
	}
	return nil
}

func (s *Session) locate(c lesson.Check) (step, check int) {
	for i := range s.Steps {
		if s.Steps[i].Name != c.Step {
			continue
		}
		for j := range s.Steps[i].Checks {
			if s.Steps[i].Checks[j].ID == c.ID {
				return i, j
			}
		}
	}
	return -1, -1
}
