package web

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// examples are what checks see of the solutions, to be drawn beside what they
// saw of the learner's code. They are made when somebody looks, and kept: a
// solution does not change under a workshop that runs.
type examples struct {
	making sync.Mutex // one at a time

	mu   sync.Mutex
	kept map[string]grader.Result // by the check's full id
}

// get returns an example that was made.
func (e *examples) get(c lesson.Check) (grader.Result, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	res, ok := e.kept[c.FullID()]
	return res, ok
}

// expectedPart answers with what a check sees of the solution; with nothing,
// when a save needs the machine: the next verdict asks again.
func (s *Server) expectedPart(w http.ResponseWriter, r *http.Request) {
	_, c, err := lesson.Find(s.desk.Session().Steps, r.URL.Query().Get("check"))
	if err != nil || c == nil {
		http.Error(w, "there is no such check: reload the page", http.StatusNotFound)
		return
	}
	var res grader.Result
	made := make(chan struct{})
	// In the background, so that Close waits until no process is left.
	if s.background(0, func(context.Context) {
		defer close(made)
		res, err = s.example(r.Context(), *c) // it is done when the server is
	}) == nil {
		<-made
	} else {
		err = errBusy
	}
	if err != nil {
		w.WriteHeader(http.StatusNoContent) // a picture is an extra
		return
	}
	s.draw(w, "expected", s.evidence(res, "example/"+c.FullID()))
}

var errBusy = errors.New("the learner's code is being graded")

// example runs one check of the solution. Grading the learner's code comes
// first: it ends this at once.
func (s *Server) example(ctx context.Context, c lesson.Check) (grader.Result, error) {
	s.examples.making.Lock()
	defer s.examples.making.Unlock()
	if res, ok := s.examples.get(c); ok {
		return res, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	changed, unsubscribe := s.desk.Subscribe()
	defer unsubscribe()
	if s.desk.State().Grading {
		return grader.Result{}, errBusy
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
				if s.desk.State().Grading {
					cancel(errBusy)
				}
			}
		}
	}()
	ss := s.desk.Session()
	files, err := variant.Solution(ss.Root(), c.Step)
	if err != nil {
		return grader.Result{}, err
	}
	grade := ss.Grade
	if grade == nil {
		grade = grader.Grade
	}
	report, err := grade(ctx, ss.Step(c), grader.Options{Root: ss.Root(), Files: files, Only: []string{c.ID}})
	switch {
	case ctx.Err() != nil:
		return grader.Result{}, context.Cause(ctx)
	case err != nil:
		return grader.Result{}, err
	case len(report.Results) != 1 || report.Results[0].Outcome != grader.Pass:
		return grader.Result{}, errors.New("the solution does not pass here")
	}
	s.examples.mu.Lock()
	defer s.examples.mu.Unlock()
	if s.examples.kept == nil {
		s.examples.kept = make(map[string]grader.Result)
	}
	s.examples.kept[c.FullID()] = report.Results[0]
	return report.Results[0], nil
}
