package terminal

import (
	"fmt"
	"slices"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
)

// done says what a learner has achieved when the core of a step is complete, and
// what there is to do after the last check of all.
func (sp speaker) done(s *session.Session, v session.Verdict, look Look) string {
	step := v.Report.Step
	next := s.After(step)
	if v.Finished && next == nil {
		return sp.finished(v, look)
	}
	if !v.JustDone {
		return ""
	}
	title := look.paint(report.Green, look.prose(fmt.Sprintf("Step %02d is done: %s.", step.Number, allPass(v.Report, "core check", false)), 0))
	text := []string{sp.live}
	if next != nil {
		to := s.Step(*next)
		text = append(text, fmt.Sprintf("What comes next is step %02d, %s. %s", to.Number, to.Title, sp.next(*next)))
	}
	open := 0
	for _, res := range v.Report.Results {
		if res.Check.Further && !res.Done() {
			open++
		}
	}
	if open > 0 {
		text = append(text, fmt.Sprintf("This step has %s more, for whoever likes to go further. %s", count(open, "check"), sp.further))
	}
	for i := range text {
		text[i] = look.prose(text[i], 2)
	}
	return title + "\n\n" + strings.Join(text, "\n")
}

// Onward says what comes after a step whose core is done, to somebody who has
// graded it from the command line; "" while there is something left of it, or
// when the next step is begun.
func Onward(s *session.Session, r grader.Report, look Look) string {
	next := s.After(r.Step)
	if !r.Passed(false) || len(r.Results) == 0 || r.Build != "" || next != nil && !s.NotStarted(s.Step(*next)) {
		return ""
	}
	number := r.Step.Name[:2]
	what := "Step " + number
	if !r.Passed(true) {
		what = "The core of step " + number
	}
	text := fmt.Sprintf("%s is done. %s shows it live.", what, command("go run . run "+number))
	if next == nil {
		text += fmt.Sprintf(" It is the last one; %s lists the mistakes that can be put into it, for you to find.", command("go run . break"))
	} else {
		to := s.Step(*next)
		text += fmt.Sprintf(" Next is step %02d, %s: %s, and the lesson %s.", to.Number, to.Title, command(fmt.Sprintf("go run . %02d", to.Number)), to.File())
	}
	return look.paint(report.Green, look.prose(text, 0))
}

// finished says that there is nothing left to do, and what can be done.
func (sp speaker) finished(v session.Verdict, look Look) string {
	step := v.Report.Step
	title := fmt.Sprintf("Step %02d is finished: %s. It is the last one.", step.Number, allPass(v.Report, "check", true))
	return look.paint(report.Green, look.prose(title, 0)) + "\n\n  What you can do now:\n\n" + look.pairs(report.Bold, append(slices.Clone(sp.can),
		[2]string{fmt.Sprintf("go run . run %02d", step.Number), "runs your service; call it from another terminal"},
		[2]string{"go run . break NAME", "puts a known mistake into it, for you to find; without a NAME it lists them"},
	))
}

// allPass says that all checks of a report pass, or the core alone. Of those that
// could not be judged it promises nothing.
func allPass(r grader.Report, what string, further bool) string {
	pass, unjudged := 0, 0
	for _, res := range r.Results {
		switch {
		case res.Check.Further && !further:
		case res.Outcome == grader.Pass:
			pass++
		default:
			unjudged++
		}
	}
	if unjudged > 0 {
		return fmt.Sprintf("all that this machine can judge passes, %s", count(pass, what))
	}
	if pass == 1 {
		return "its " + what + " passes"
	}
	return fmt.Sprintf("all %s pass", count(pass, what))
}
