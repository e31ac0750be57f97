package session

import (
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
)

// A Verdict is what a report means to a learner who is at one check.
type Verdict struct {
	Report   grader.Report
	Focus    *grader.Result // of the check that the learner is at; nil when it was not graded
	Explain  *grader.Result // what to explain in full; nil when there is nothing
	Gained   []lesson.Check // pass now, and are known not to have before
	Lost     []lesson.Check // passed before, and fail now
	CoreDone bool           // every core check of the step passes
	JustDone bool           // and that is new
	Finished bool           // the further ones pass, too
}

// Judge compares a report with the one before, which may be a remembered
// one (see [Session.Last]), for a learner who is at the check with the id focus.
//
// Explained is what the learner is at, or what stands in its way. A check that
// passed before and fails now comes first when it stands earlier in the lesson:
// it has just been broken.
func Judge(before, now grader.Report, focus string) Verdict {
	v := Verdict{Report: now, Focus: find(now, focus)}
	if now.Build != "" {
		return v
	}
	var lost *grader.Result
	for i := range now.Results {
		res := &now.Results[i]
		was := outcome(before, res.Check.ID)
		switch {
		case res.Outcome == grader.Pass && was != grader.Pass && was != "":
			v.Gained = append(v.Gained, res.Check)
		case was == grader.Pass && fails(res.Outcome):
			v.Lost = append(v.Lost, res.Check)
			if lost == nil {
				lost = res
			}
		}
	}
	v.CoreDone = complete(now) && now.Passed(false)
	v.JustDone = v.CoreDone && !before.Passed(false)
	v.Finished = v.CoreDone && len(now.Results) == len(now.Step.Checks) && now.Passed(true)

	switch {
	case v.Focus == nil || v.Focus.Done():
		v.Explain = lost
	case lost != nil && earlier(now, lost.Check.ID, focus):
		v.Explain = lost
	case v.Focus.Outcome == grader.Blocked:
		v.Explain = v.Focus
		if by := find(now, v.Focus.BlockedBy); by != nil {
			v.Explain = by
		}
	default:
		v.Explain = v.Focus
	}
	return v
}

// done reports whether there is nothing left to do for a check.
func done(r grader.Report, id string) bool {
	res := find(r, id)
	return res != nil && res.Done()
}

// fails reports whether an outcome says something against the code itself.
func fails(o grader.Outcome) bool {
	return o == grader.Fail || o == grader.Crashed || o == grader.TimedOut
}

// complete reports whether every core check was graded.
func complete(r grader.Report) bool {
	for _, c := range r.Step.Checks {
		if !c.Further && find(r, c.ID) == nil {
			return false
		}
	}
	return true
}

func find(r grader.Report, id string) *grader.Result {
	for i := range r.Results {
		if r.Results[i].Check.ID == id {
			return &r.Results[i]
		}
	}
	return nil
}

func outcome(r grader.Report, id string) grader.Outcome {
	if res := find(r, id); res != nil {
		return res.Outcome
	}
	return ""
}

// earlier reports whether check a stands before check b in the report.
func earlier(r grader.Report, a, b string) bool {
	for _, res := range r.Results {
		switch res.Check.ID {
		case a:
			return true
		case b:
			return false
		}
	}
	return false
}
