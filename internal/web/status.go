package web

import (
	"fmt"
	"net/http"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/waterfall"
)

// A statusView is the line at the top: what the grading is at.
type statusView struct {
	Class string // "grading", "pass", "fail"
	Mark  string
	Text  string
	Room  string // how reporting to an instructor's room goes, or ""

	Forward string // whether forwarding goes well, or "" when nothing is forwarded
}

func (s *Server) statusPart(w http.ResponseWriter, _ *http.Request) {
	s.draw(w, "status", s.status())
}

func (s *Server) status() statusView {
	d := s.desk.State()
	v := verdictOf(d)
	v.Room, v.Forward = d.Room.String(), s.forwardState()
	return v
}

func verdictOf(d desk.State) statusView {
	switch step := d.Latest.Step; {
	case d.Grading && d.Ended == 0:
		return statusView{Class: "grading", Mark: "…", Text: "compiling " + step.Name}
	case d.Grading:
		return statusView{Class: "grading", Mark: "…", Text: fmt.Sprintf("grading %d of %d", d.Ended, len(step.Checks))}
	case d.Failure != "":
		return statusView{Class: "fail", Mark: "!", Text: "could not grade"}
	case d.Latest.Build != "":
		return statusView{Class: "fail", Mark: "✎", Text: step.Name + " does not compile"}
	case len(d.Latest.Results) == 0:
		return statusView{Class: "grading", Mark: "…", Text: "not graded yet"}
	}
	pass, of := core(d.Latest)
	v := statusView{Class: "fail", Mark: "✗", Text: fmt.Sprintf("%d of %d core checks pass", pass, of)}
	if pass == of {
		v.Class, v.Mark = "pass", "✓"
	}
	if caught, all := d.Latest.Caught(); all > 0 {
		v.Text += fmt.Sprintf(" · caught %d of %d mistakes", caught, all)
	}
	v.Text += " · " + waterfall.FormatDuration(d.Latest.Duration.Round(10*time.Millisecond))
	return v
}

// core counts the core checks of a report, and those that pass. What this
// machine can't judge is left out.
func core(r grader.Report) (pass, of int) {
	for _, res := range r.Results {
		if res.Check.Further || res.Outcome == grader.NotJudged && !res.Again {
			continue
		}
		of++
		if res.Outcome == grader.Pass {
			pass++
		}
	}
	return pass, of
}

// outcomeClass is an outcome's class in style.css.
func outcomeClass(o grader.Outcome) string {
	switch o {
	case grader.Pass:
		return "pass"
	case grader.Fail, grader.Crashed, grader.TimedOut, grader.DoesNotBuild:
		return "fail"
	case "":
		return "unknown"
	}
	return "wait"
}

// outcomeWord says how a check ended, for who does not see its mark.
func outcomeWord(o grader.Outcome) string {
	switch o {
	case "":
		return "not graded yet"
	case grader.Pass:
		return "passes"
	case grader.Fail:
		return "fails"
	}
	return string(o)
}

// is reports whether two checks are the same.
func is(a, b lesson.Check) bool { return a.Step == b.Step && a.ID == b.ID }
