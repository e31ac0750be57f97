package room

import (
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// A syllabus knows the steps and checks that there are to speak of.
type syllabus struct {
	steps  []lesson.Step
	known  map[string]bool // names of steps
	checks map[string]lesson.Check
}

func newSyllabus(steps []lesson.Step) *syllabus {
	s := &syllabus{steps: steps, known: map[string]bool{}, checks: map[string]lesson.Check{}}
	for _, step := range steps {
		s.known[step.Name] = true
		for _, c := range step.Checks {
			s.checks[workspace.CheckKey(step.Name, c.ID)] = c
		}
	}
	return s
}

func (s *syllabus) hasStep(name string) bool { return s.known[name] }

func (s *syllabus) hasCheck(key string) bool { _, ok := s.checks[key]; return ok }

// outcomes are the grader's words for how a check ended, and how it stands then.
// A test holds them against package grader, which would bring the compiler along.
var outcomes = map[string]wire.State{
	"pass":             wire.Passing,
	"fail":             wire.Failing,
	"blocked":          wire.Blocked,
	"does not compile": wire.Failing,
	"crashed":          wire.Failing,
	"timed out":        wire.Failing,
	"not judged":       wire.NotJudged,
}

// verdicts are what a grading ends with: see [wire.Grading].
var verdicts = map[string]bool{"pass": true, "fail": true, "does not compile": true, "failed": true}
