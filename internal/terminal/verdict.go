package terminal

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
	"otel.workshop/internal/waterfall"
)

// A speaker knows how to tell a learner to go on: by a key, or by a command.
type speaker struct {
	next    func(to lesson.Check) string // "Press n for …"
	further string                       // how to get to the further checks
	live    string                       // how to see the service at work
	can     [][2]string                  // what else can be done at the end: how, and what for
}

// Verdict draws what to show after a run: the list, what the code produced,
// and last, where the eye rests, what passes now or what to look at.
func (sp speaker) verdict(s *session.Session, v session.Verdict, focus lesson.Check, look Look) string {
	if v.Report.Build != "" {
		return paragraphs(ruler(v.Report, look), buildFailure(v.Report, look))
	}
	shown := v.Focus
	if v.Explain != nil {
		shown = v.Explain
	}
	evidence := ""
	if shown != nil {
		evidence = Evidence(*shown, look)
	}
	return paragraphs(
		ruler(v.Report, look),
		// Until the core is done, the further checks are a distraction.
		rows(states(v.Report), focus.ID, focus.Further || v.CoreDone, look),
		evidence,
		lost(v, look),
		explained(v.Explain, look),
		atHand(v, look),
		sp.gained(s, v, focus, look),
		sp.done(s, v, look),
	)
}

// ruler is the line that a verdict begins with.
func ruler(r grader.Report, look Look) string {
	text := "── " + r.Step.Name
	if r.Build == "" {
		text += " · " + tally(states(r))
		if caught, all := r.Caught(); all > 0 {
			text += fmt.Sprintf(" · caught %d of %d mistakes", caught, all)
		}
	}
	if r.Duration > 0 {
		text += " · " + waterfall.FormatDuration(r.Duration)
	}
	text += " "
	return look.dim(look.cut(text + strings.Repeat("─", max(0, look.Width-ansi.StringWidth(text)))))
}

func states(r grader.Report) []session.State {
	list := make([]session.State, len(r.Results))
	for i, res := range r.Results {
		list[i] = session.State{Result: res}
	}
	return list
}

func buildFailure(r grader.Report, look Look) string {
	mark, style := report.Mark(grader.DoesNotBuild)
	title := look.paint(style, mark) + " " + look.bold("steps/"+r.Step.Name+" does not compile")
	return title + "\n\n" + look.code(printable.Text(r.Build), 4)
}

// lost says what does not pass any more, and why, where that is not explained
// in full.
func lost(v session.Verdict, look Look) string {
	if len(v.Lost) == 0 {
		return ""
	}
	verb := "passed before, and does not any more."
	if len(v.Lost) > 1 {
		verb = "passed before, and do not any more."
	}
	parts := []string{look.paint(report.Red, look.prose(names(v.Lost)+" "+verb, 0))}
	for _, c := range v.Lost {
		for _, res := range v.Report.Results {
			if res.Check.ID == c.ID && (v.Explain == nil || v.Explain.Check.ID != c.ID) {
				parts = append(parts, report.Brief(res, look.report()))
			}
		}
	}
	return paragraphs(parts...)
}

func explained(res *grader.Result, look Look) string {
	if res == nil {
		return ""
	}
	var b strings.Builder
	_ = report.Finding(&b, *res, look.report()) // a Builder doesn't fail
	return b.String()
}

// atHand says in short how the check at hand ended, where another one has come
// before it.
func atHand(v session.Verdict, look Look) string {
	if v.Focus == nil || v.Explain == nil || v.Focus.Check.ID == v.Explain.Check.ID || v.Focus.Outcome == grader.Pass {
		return ""
	}
	return report.Brief(*v.Focus, look.report())
}

// gained says plainly what passes now.
func (sp speaker) gained(s *session.Session, v session.Verdict, focus lesson.Check, look Look) string {
	var here bool
	var others []lesson.Check
	for _, c := range v.Gained {
		if c.ID == focus.ID {
			here = true
		} else {
			others = append(others, c)
		}
	}
	var parts []string
	here = here || v.Focus != nil && v.Focus.Outcome == grader.Pass
	if here {
		parts = append(parts, look.paint(report.Green, "✓ "+focus.Number+" "+focus.ID+" passes."))
	}
	if len(others) > 0 {
		verb := " passes too."
		if len(others) > 1 {
			verb = " pass too."
		}
		if !here {
			verb = strings.Replace(verb, "too", "now", 1)
		}
		who := names(others)
		if len(others) > 4 {
			who = count(len(others), "check")
			if here {
				who = count(len(others), "other check")
			}
		}
		parts = append(parts, who+verb)
	}
	if v.Focus != nil && v.Focus.Outcome == grader.Pass && v.Explain == nil && !v.JustDone {
		if next := s.Next(focus, v.Report); next != nil {
			parts = append(parts, sp.next(*next))
		}
	}
	for i := 1; i < len(parts); i++ {
		parts[i] = look.prose(parts[i], 2)
	}
	return strings.Join(parts, "\n")
}

func names(checks []lesson.Check) string {
	var list []string
	for _, c := range checks {
		list = append(list, c.Number+" "+c.ID)
	}
	return join(list)
}

// join writes "a, b and c".
func join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
