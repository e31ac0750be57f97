package desk

import (
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

// An Event is what a desk tells of its grading, in this order: Started, then
// Progress for each check, then Graded or Failed. A run that a save has cut
// short ends without a word, and the next one begins with Started.
type Event any

type (
	// Started begins a run.
	Started struct{ Step lesson.Step }
	// Progress says that one check has ended.
	Progress struct {
		Step   string
		Result grader.Result
	}
	// Graded is the report of a run, and what was known before it.
	Graded struct{ Before, Report grader.Report }
	// Failed says why a run could not grade.
	Failed struct{ Err error }
	// Noticed is something that the learner should know.
	Noticed struct{ Text string }
)
