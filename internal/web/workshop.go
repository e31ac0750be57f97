package web

import (
	"html/template"
	"net/http"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
	"otel.workshop/internal/variant"
)

// The Workshop: steps and checks, the check at hand with its verdict, what the
// code has produced, the lesson.

type workshopView struct {
	Nav   navView
	Check checkView
}

func (s *Server) workshopPage(w http.ResponseWriter, _ *http.Request) {
	at := s.desk.At()
	s.show(w, "workshop-page", page{Title: at.Number + " " + at.Title, View: "workshop", Body: workshopView{s.nav(), s.check()}})
}

func (s *Server) navPart(w http.ResponseWriter, _ *http.Request) { s.draw(w, "nav", s.nav()) }
func (s *Server) checkPart(w http.ResponseWriter, _ *http.Request) {
	s.draw(w, "check-part", s.check())
}

type navView struct{ Steps []navStep }

type navStep struct {
	Name, Number, Title string
	Tally               string
	Here                bool
	Core, Further       []navCheck
}

type navCheck struct {
	FullID, Number, Title, ID string
	Mark, Class, Word         string
	Current                   bool
}

func (s *Server) nav() navView {
	d := s.desk.State()
	var v navView
	for _, step := range s.desk.Session().Steps {
		results := d.Report.Results
		if d.Report.Step.Name != step.Name || len(results) == 0 {
			results = s.desk.Session().Last(step).Results
		}
		ns := navStep{Name: step.Name, Number: step.Name[:2], Title: step.Title, Here: step.Name == d.At.Step}
		for _, res := range results {
			mark, _ := report.Mark(res.Outcome)
			c := navCheck{
				FullID: res.Check.FullID(), Number: res.Check.Number, Title: res.Check.Title, ID: res.Check.ID,
				Mark: mark, Class: outcomeClass(res.Outcome), Word: outcomeWord(res.Outcome), Current: is(res.Check, d.At),
			}
			if res.Check.Further {
				ns.Further = append(ns.Further, c)
			} else {
				ns.Core = append(ns.Core, c)
			}
		}
		pass, of := core(grader.Report{Results: results})
		ns.Tally = tally(pass, of)
		v.Steps = append(v.Steps, ns)
	}
	return v
}

// A checkView is all about the check at hand.
type checkView struct {
	FullID, Number, ID, Title string
	Step                      lesson.Step
	Further                   bool
	Rule, Text                template.HTML
	LessonURL                 string
	Todo                      *session.TODO

	Mark, Class, Word string // of the check at hand; Class is "unknown" before its first verdict
	Notice, Failure   string
	Build             string // the compiler's messages, when the step does not compile
	Lost              string // what passed before
	Gained            string // what passes now
	Done              string // what has been achieved, when the core is complete
	Finding           *findingView
	Missed            *missedView
	Evidence          *evidenceView
	Beside            string        // the check whose right answer is drawn beside it, by its full id; "" for none
	Example           *evidenceView // that; nil while it was not made
	Made              bool
	Run               int
	Hints             []template.HTML // those that were given
	NextHint          string          // "Hint 2 of 3", or "" when there is none to give
	Next              *lesson.Check
	Previous          *lesson.Check
	Open              bool // the check at hand is not done
}

func (s *Server) check() checkView {
	d := s.desk.State()
	ss, c := s.desk.Session(), d.At
	v := checkView{
		FullID: c.FullID(), Number: c.Number, ID: c.ID, Title: c.Title, Step: d.Latest.Step, Further: c.Further,
		Rule: inline(c.Rule), Text: render(c.Text), LessonURL: lessonURL(c),
		Notice: d.Notice, Failure: d.Failure, Build: d.Latest.Build,
		Next: ss.Next(c, d.Report), Previous: ss.Previous(c),
	}
	if todo, ok := ss.TODO(c); ok {
		v.Todo = &todo
	}
	verdict := session.Judge(d.Before, d.Report, c.ID)
	outcome := grader.Outcome("")
	if verdict.Focus != nil {
		outcome = verdict.Focus.Outcome
	}
	v.Mark, _ = report.Mark(outcome)
	v.Class, v.Word = outcomeClass(outcome), outcomeWord(outcome)
	v.Open = outcome != grader.Pass && outcome != grader.NotJudged
	v.hints(ss.Hints(c), c)

	shown := verdict.Focus
	if verdict.Explain != nil {
		shown = verdict.Explain
		v.Finding = newFinding(*shown, c)
	}
	if shown != nil {
		v.Missed = s.missed(*shown)
	}
	if shown != nil && !variant.IsTests(shown.Check.Step) { // tests tell nothing themselves
		v.Evidence = s.evidence(*shown, "check/"+shown.Check.FullID())
		if shown.Outcome == grader.Fail && d.Latest.Build == "" {
			v.Beside, v.Run = shown.Check.FullID(), d.Runs
			if res, ok := s.examples.get(shown.Check); ok {
				v.Example = s.evidence(res, "example/"+v.Beside)
				v.Made = true
			}
		}
	}
	v.Lost = names(verdict.Lost)
	var others []lesson.Check
	for _, g := range verdict.Gained {
		if !is(g, c) {
			others = append(others, g)
		}
	}
	v.Gained = names(others)
	if verdict.CoreDone {
		v.Done = "The core of this step is done."
		if verdict.Finished {
			v.Done = "This step is finished: all of its checks pass."
		}
	}
	return v
}

func (v *checkView) hints(given int, c lesson.Check) {
	for _, h := range c.Hints[:given] {
		v.Hints = append(v.Hints, render(h))
	}
	if given < len(c.Hints) {
		v.NextHint = "Hint " + tally(given+1, len(c.Hints))
	}
}

func names(checks []lesson.Check) string {
	var list []string
	for _, c := range checks {
		list = append(list, c.Number+" "+c.ID)
	}
	return strings.Join(list, ", ")
}

// goTo makes another check the one at hand, here and in the terminal.
func (s *Server) goTo(w http.ResponseWriter, r *http.Request) {
	_, c, err := lesson.Find(s.desk.Session().Steps, r.PostFormValue("check"))
	if err != nil || c == nil {
		http.Error(w, "there is no such check: reload the page", http.StatusNotFound)
		return
	}
	s.desk.GoTo(*c)
	done(w, r, "/")
}

func (s *Server) again(w http.ResponseWriter, r *http.Request) {
	s.desk.Again()
	done(w, r, "/")
}

// hint gives the next hint of the check at hand, and remembers it.
func (s *Server) hint(w http.ResponseWriter, r *http.Request) {
	s.desk.Session().Hint(s.desk.At())
	if r.Header.Get("HX-Request") != "" {
		s.checkPart(w, r)
		return
	}
	done(w, r, "/")
}
