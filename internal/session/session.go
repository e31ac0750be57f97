// Package session is a learner at work: what is graded, what is remembered of
// it, which check comes next, which hint. The commands, the screen and the
// plain mode all ask here, so that they agree.
package session

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/diagnosis"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/workspace"
)

// A Session is one learner in one checkout. Its methods may be called
// concurrently, and other processes may work in the same checkout.
type Session struct {
	Workspace workspace.Workspace
	Steps     []lesson.Step // never empty

	// Grade grades; nil is [grader.Grade].
	Grade func(context.Context, lesson.Step, grader.Options) (grader.Report, error)

	mu       sync.Mutex
	progress workspace.Progress // what is known when the file can't be read or written
	forgets  error              // why progress is not remembered, or nil
	notice   string             // what to tell the learner, once
}

// Open begins a session in the checkout around dir.
func Open(dir string) (*Session, error) {
	w, err := workspace.Find(dir)
	if err != nil {
		return nil, err
	}
	steps, err := lesson.Load(w.Root)
	if err != nil {
		return nil, err
	}
	w.Tidy() // what an earlier command has left that was killed
	return New(w, steps), nil
}

// New makes a session of its parts. There has to be at least one step.
func New(w workspace.Workspace, steps []lesson.Step) *Session {
	s := &Session{
		Workspace: w,
		Steps:     steps,
		progress:  workspace.Progress{Results: map[string]workspace.Result{}, Hints: map[string]int{}},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	return s
}

// Root returns the folder with go.mod.
func (s *Session) Root() string { return s.Workspace.Root }

// Run grades a step, or only the checks with these ids when there are some,
// and remembers the outcomes. That they can't be remembered is no error: see
// Notice. Progress may be nil; see [grader.Options].
func (s *Session) Run(ctx context.Context, step lesson.Step, only []string, progress func(grader.Result)) (grader.Report, error) {
	grade := s.Grade
	if grade == nil {
		grade = grader.Grade
	}
	r, err := grade(ctx, step, grader.Options{Root: s.Root(), Only: only, Progress: progress})
	if err != nil {
		return r, err
	}
	_ = diagnosis.Annotate(s.Root(), &r) // it adds to a verdict, which stands without it
	s.remember(r)
	return r, nil
}

func (s *Session) remember(r grader.Report) {
	if r.Build != "" {
		// A half typed line says nothing about the checks; what they were
		// is stale by its hash.
		return
	}
	now := time.Now().UTC().Truncate(time.Second)
	s.update(func(p *workspace.Progress) {
		for _, res := range r.Results {
			if res.Again {
				continue // it is no outcome
			}
			p.Results[workspace.CheckKey(r.Step.Name, res.Check.ID)] = workspace.Result{
				Outcome: string(res.Outcome), Why: reason(res), Known: res.Known, Sources: r.Sources, At: now,
			}
		}
	})
}

// Forget drops what is remembered of a step's outcomes: its files are others
// now, and none of the learner's making.
func (s *Session) Forget(step string) {
	s.update(func(p *workspace.Progress) {
		for key := range p.Results {
			if strings.HasPrefix(key, step+"/") {
				delete(p.Results, key)
			}
		}
	})
}

// Notice returns what a learner should know about their progress, such as that
// it can't be remembered, or "". It says each thing once.
func (s *Session) Notice() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.notice
	s.notice = ""
	return n
}

// update changes what is remembered, in the file when that can be written.
func (s *Session) update(change func(*workspace.Progress)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.Workspace.UpdateProgress(change)
	if err != nil {
		if s.forgets == nil {
			s.notice = fmt.Sprintf("Your progress is not remembered: %v.", err)
		}
		s.forgets = err
		change(&s.progress)
		return
	}
	s.forgets = nil
	s.take(p)
}

// load reads what is remembered, which another process may have changed.
func (s *Session) load() {
	if s.forgets != nil {
		return
	}
	p, err := s.Workspace.LoadProgress()
	if err != nil {
		s.forgets = err
		s.notice = fmt.Sprintf("Your progress is not remembered: %v.", err)
		return
	}
	s.take(p)
}

func (s *Session) take(p workspace.Progress) {
	s.progress = p
	if p.Notice != "" {
		s.notice = p.Notice
	}
}
