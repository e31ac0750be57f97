package grader

import (
	"time"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/trial"
)

// An Outcome is how one check ended.
type Outcome string

// The seven outcomes. Only Pass is a pass, and it needs positive evidence; see
// the package comment.
const (
	Pass         Outcome = "pass"
	Fail         Outcome = "fail"
	Blocked      Outcome = "blocked"          // it relies on another check, which does not pass: see Result.BlockedBy
	DoesNotBuild Outcome = "does not compile" // the step or its checks; see Report.Build
	Crashed      Outcome = "crashed"          // a panic or an exit that is not the framework's
	TimedOut     Outcome = "timed out"
	NotJudged    Outcome = "not judged" // this machine cannot show it; see Result.Summary
)

// A Result is the outcome of one check and the evidence for it.
type Result struct {
	Check     lesson.Check
	Outcome   Outcome
	Summary   string           // one line; what happened, where neither Pass nor a Finding says it
	Again     bool             // NotJudged for a reason that may have gone by the next time; until then it has not passed
	BlockedBy string           // the id of the check to fix first, when Blocked
	Finding   *finding.Finding // when the check said why it fails
	Known     string           // a sentence that names the mistakes known to fail in this very way; package diagnosis fills it in
	Stack     string           // the learner's own frames, when Crashed or TimedOut
	Output    string           // what the process printed besides the framework's lines; capped
	Traces    []byte           // OTLP/JSON (a TracesData) of the spans that the check saw, or nil
	Metrics   []byte           // OTLP/JSON (a MetricsData) of the metrics that it saw, or nil
	Right     Right            // what the right service tells, beside Traces and Metrics, when Finding.Missed is there
	Duration  time.Duration
}

// Right is the telemetry of a service that is right, as OTLP/JSON, or nil.
type Right struct{ Traces, Metrics []byte }

// Done reports whether there is nothing left to do for the check: it passes, or
// this machine cannot judge it.
func (r Result) Done() bool { return r.Outcome == Pass || r.Outcome == NotJudged && !r.Again }

// A Report is the verdict on one step.
type Report struct {
	Step     lesson.Step
	Sources  string   // a hash of the sources that were graded
	Build    string   // the compiler's messages in the learner's own paths, when it does not build
	Results  []Result // one for each graded check, in the order of the lesson
	Duration time.Duration
}

// Passed reports whether every core check that was graded passes, the further
// ones too when further is true. Checks that this machine cannot judge are
// left out; a report without any result has not passed.
func (r Report) Passed(further bool) bool {
	for _, res := range r.Results {
		if res.Check.Further && !further {
			continue
		}
		if !res.Done() {
			return false
		}
	}
	return len(r.Results) > 0
}

// Caught returns how many mistakes the learner's tests have caught, and of how
// many: 0 of 0 when the checks are not about tests.
func (r Report) Caught() (caught, of int) {
	for _, res := range r.Results {
		n := len(trial.Mistakes(res.Check.ID))
		of += n
		switch {
		case res.Outcome == Pass:
			caught += n
		case res.Finding != nil:
			caught += min(res.Finding.Caught, n)
		}
	}
	return caught, of
}

// First returns the result that a learner should look at next: the first core
// check that does not pass, in the order of the lesson, then the first further
// one. Blocked checks come after what blocks them. It returns nil when there
// is none.
func (r Report) First() *Result {
	var blocked *Result
	for _, further := range []bool{false, true} {
		for i := range r.Results {
			res := &r.Results[i]
			switch {
			case res.Check.Further != further, res.Done():
			case res.Outcome == Blocked:
				if blocked == nil {
					blocked = res
				}
			default:
				return res
			}
		}
	}
	return blocked
}
