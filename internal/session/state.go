package session

import (
	"slices"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/workspace"
)

// A State is what is remembered of one check: its outcome ("" when it was never
// graded), and why it was blocked or not judged.
type State struct {
	grader.Result
	Stale bool // the sources have changed since
}

// States returns the state of each check of a step, in the lesson's order.
func (s *Session) States(step lesson.Step) ([]State, error) {
	now, err := grader.Sources(s.Root(), step.Name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	var states []State
	for _, c := range step.Checks {
		r, known := s.progress.Results[workspace.CheckKey(step.Name, c.ID)]
		states = append(states, State{recall(c, r), known && r.Sources != now})
	}
	return states, nil
}

// reason is why a check was blocked or not judged.
func reason(res grader.Result) string {
	switch res.Outcome {
	case grader.Blocked:
		return res.BlockedBy
	case grader.NotJudged:
		return res.Summary
	}
	return ""
}

// recall makes a result of what is remembered of one.
func recall(c lesson.Check, r workspace.Result) grader.Result {
	res := grader.Result{Check: c, Outcome: grader.Outcome(r.Outcome)}
	switch res.Outcome {
	case grader.Blocked:
		res.BlockedBy = r.Why
	case grader.NotJudged:
		res.Summary = r.Why
	}
	return res
}

// Last returns what is remembered of a step in the form of a report: outcomes,
// "" for checks that were never graded, and no finding.
func (s *Session) Last(step lesson.Step) grader.Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	r := grader.Report{Step: step}
	for _, c := range step.Checks {
		known := s.progress.Results[workspace.CheckKey(step.Name, c.ID)]
		r.Results = append(r.Results, recall(c, known))
	}
	return r
}

// Current returns the step to work on: the first that the learner has begun and
// whose core is not known to pass, else the first whose core does not, else the
// last one. Stale results count, as it is only a place to begin at.
func (s *Session) Current() lesson.Step {
	current := s.Steps[len(s.Steps)-1]
	for _, step := range slices.Backward(s.Steps) {
		if !s.Last(step).Passed(false) {
			current = step
		}
	}
	for _, step := range s.Steps {
		if !s.Last(step).Passed(false) && !s.NotStarted(step) {
			return step
		}
	}
	return current
}

// Begin returns the check to begin a step at: the first that is not known to
// pass, core before further, else the last one.
func (s *Session) Begin(step lesson.Step) lesson.Check {
	if first := s.Last(step).First(); first != nil {
		return first.Check
	}
	return step.Checks[len(step.Checks)-1]
}

// Unfinished returns the check to work on: the first of the current step that
// is not known to pass, core before further; nil when all pass.
func (s *Session) Unfinished() *lesson.Check {
	if first := s.Last(s.Current()).First(); first != nil {
		return &first.Check
	}
	for _, step := range s.Steps { // the core is done: what of the further ones?
		if first := s.Last(step).First(); first != nil {
			return &first.Check
		}
	}
	return nil
}

// Known reports whether any check of a step has been graded.
func (s *Session) Known(step lesson.Step) bool {
	for _, r := range s.Last(step).Results {
		if r.Outcome != "" {
			return true
		}
	}
	return false
}

// NotStarted reports whether a step holds nothing but its starter. When that
// can't be told, it counts as started.
func (s *Session) NotStarted(step lesson.Step) bool {
	touched, err := s.Workspace.Touched(step.Name)
	return err == nil && !touched
}
