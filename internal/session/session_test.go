package session_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/variant"
)

func TestOutcomesAreRememberedByEveryProcess(t *testing.T) {
	s, g := sessiontest.New(t)
	other, _ := sessiontest.Open(t, s.Root())
	require.False(t, s.Known(s.Steps[0]))
	require.Equal(t, "alpha", s.Unfinished().ID)

	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	for _, s := range []*session.Session{s, other} {
		require.True(t, s.Known(s.Steps[0]))
		require.Equal(t, "beta", s.Unfinished().ID)
	}

	g.Set(grader.Pass, "beta", "gamma")
	_, err = s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	require.Equal(t, "02-second", other.Current().Name)
	require.Equal(t, "epsilon", other.Unfinished().ID)

	g.Set(grader.NotJudged, "epsilon") // nothing that a learner could do about it
	_, err = s.Run(t.Context(), s.Steps[1], nil, nil)
	require.NoError(t, err)
	require.Equal(t, "delta", other.Unfinished().ID, "the further ones come last")

	s.Forget("01-first")
	require.Equal(t, "alpha", other.Unfinished().ID)
}

func TestStatesKnowWhatIsStale(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], []string{"alpha"}, nil)
	require.NoError(t, err)
	states, err := s.States(s.Steps[0])
	require.NoError(t, err)
	require.Equal(t, grader.Pass, states[0].Outcome)
	require.False(t, states[0].Stale)
	require.Zero(t, states[1].Outcome)

	sessiontest.Write(t, s.Root(), "steps/01-first/first.go", "package first // changed\n")
	states, err = s.States(s.Steps[0])
	require.NoError(t, err)
	require.True(t, states[0].Stale)
	require.False(t, states[1].Stale, "what was never graded is not stale")
}

func TestWhatDoesNotCompileIsNotRemembered(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	g.Build = "first.go:1:1: expected package"
	_, err = s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	require.Equal(t, grader.Pass, s.Last(s.Steps[0]).Results[0].Outcome)
}

func TestStatesKnowTheReason(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha")
	g.Set(grader.Blocked, "beta")
	g.Set(grader.NotJudged, "gamma")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	other, _ := sessiontest.Open(t, s.Root())
	states, err := other.States(s.Steps[0])
	require.NoError(t, err)
	require.Equal(t, grader.Blocked, states[1].Outcome)
	require.Equal(t, "alpha", states[1].BlockedBy)
	require.Equal(t, grader.NotJudged, states[2].Outcome)
	require.Equal(t, "port 4318: taken", states[2].Summary)
	require.Equal(t, grader.Fail, states[3].Outcome)
	require.Empty(t, states[3].Summary)
}

func TestHintsComeOneByOne(t *testing.T) {
	s, _ := sessiontest.New(t)
	c := s.Steps[0].Checks[0]
	for i, want := range []string{"nudge alpha", "function alpha", "lines alpha"} {
		other, _ := sessiontest.Open(t, s.Root()) // each in a process of its own
		h := other.Hint(c)
		require.Equal(t, want, h.Text)
		require.Equal(t, i+1, h.Number)
		require.Equal(t, i == 2, h.Last())
		require.False(t, h.Spent())
	}
	h := s.Hint(c)
	require.True(t, h.Spent())
	require.Empty(t, h.Text)
	require.Equal(t, 3, s.Hints(c))
	require.Equal(t, "nudge beta", s.Hint(s.Steps[0].Checks[1]).Text)
}

func TestGradingGoesOnWhenNothingCanBeRemembered(t *testing.T) {
	s, g := sessiontest.New(t)
	// A file in the folder's place: no user may write into that.
	require.NoError(t, os.WriteFile(filepath.Join(s.Root(), ".workshop"), nil, 0o644))
	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	require.Contains(t, s.Notice(), "not remembered")
	require.Equal(t, "beta", s.Unfinished().ID, "within this process it is")
	require.Equal(t, "nudge beta", s.Hint(*s.Unfinished()).Text)
	require.Equal(t, "function beta", s.Hint(*s.Unfinished()).Text)
	require.Empty(t, s.Notice(), "it is said once")
}

func TestPath(t *testing.T) {
	s, _ := sessiontest.New(t)
	first := s.Steps[0]
	at := func(id string) lesson.Check {
		_, c, err := lesson.Find(s.Steps, id)
		require.NoError(t, err)
		return *c
	}
	report := func(passing ...string) grader.Report {
		r := grader.Report{Step: first}
		for _, c := range first.Checks {
			o := grader.Fail
			for _, p := range passing {
				if p == c.ID {
					o = grader.Pass
				}
			}
			r.Results = append(r.Results, grader.Result{Check: c, Outcome: o})
		}
		return r
	}
	for _, tc := range []struct {
		name, from string
		passing    []string
		next       string
	}{
		{"one after the other", "alpha", []string{"alpha"}, "beta"},
		{"over what passes", "alpha", []string{"alpha", "beta"}, "gamma"},
		{"an open one may be left", "alpha", nil, "beta"},
		{"back to what was passed over", "gamma", []string{"beta", "gamma"}, "alpha"},
		{"never past an open one into the next step", "gamma", []string{"alpha", "beta"}, ""},
		{"the next step", "gamma", []string{"alpha", "beta", "gamma"}, "epsilon"},
		{"a further one leads on", "delta", []string{"alpha", "beta", "gamma", "delta"}, "epsilon"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			next := s.Next(at(tc.from), report(tc.passing...))
			if tc.next == "" {
				require.Nil(t, next)
				return
			}
			require.NotNil(t, next)
			require.Equal(t, tc.next, next.ID)
		})
	}
	require.Nil(t, s.Previous(at("alpha")))
	require.Equal(t, "alpha", s.Previous(at("beta")).ID)
	require.Equal(t, "gamma", s.Previous(at("epsilon")).ID, "over the further ones")
	require.Equal(t, "gamma", s.Previous(at("delta")).ID)
	require.Equal(t, "delta", s.Further(at("alpha"), report()).ID)
	require.Nil(t, s.Further(at("alpha"), report("delta")))
}

// A learner may begin at any step: the one that they have begun is the one that
// they are at.
func TestCurrentStep(t *testing.T) {
	s, g := sessiontest.New(t)
	for _, step := range []string{"01-first", "02-second"} {
		name := strings.TrimPrefix(step[2:], "-") + ".go"
		sessiontest.Write(t, s.Root(), "solutions/"+step+"/"+name, "package p // solved\n")
		sessiontest.Write(t, s.Root(), "steps/"+step+"/"+name, "package p // to do\n")
		starter, err := variant.MakeStarter(s.Root(), step)
		require.NoError(t, err)
		sessiontest.Write(t, s.Root(), variant.StarterPath(step), string(starter))
	}
	require.Equal(t, "01-first", s.Current().Name, "nothing has been begun")
	sessiontest.Write(t, s.Root(), "steps/02-second/second.go", "package p // half done\n")
	require.Equal(t, "02-second", s.Current().Name)
	require.Equal(t, "epsilon", s.Unfinished().ID)
	sessiontest.Write(t, s.Root(), "steps/01-first/first.go", "package p // half done\n")
	require.Equal(t, "01-first", s.Current().Name, "both have been begun")

	require.Equal(t, "alpha", s.Begin(s.Steps[0]).ID)
	g.Set(grader.Pass, "alpha", "beta", "gamma", "delta")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	require.Equal(t, "delta", s.Begin(s.Steps[0]).ID, "all of it passes")
	require.Equal(t, "02-second", s.Current().Name)
}
