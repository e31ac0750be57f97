package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

func TestJudge(t *testing.T) {
	const (
		pass, fail, none = grader.Pass, grader.Fail, grader.Outcome("")
		blocked          = grader.Blocked
	)
	step := sessiontest.Steps()[0]
	type outcomes [4]grader.Outcome // of alpha, beta, gamma and delta
	report := func(o outcomes) grader.Report {
		r := grader.Report{Step: step}
		for i, c := range step.Checks {
			res := grader.Result{Check: c, Outcome: o[i]}
			if o[i] == blocked {
				res.BlockedBy = "alpha"
			}
			r.Results = append(r.Results, res)
		}
		return r
	}
	for _, tc := range []struct {
		name           string
		before, now    outcomes
		focus          string
		explain        string
		gained, lost   []string
		done, justDone bool
		finished       bool
	}{
		{name: "the first run", before: outcomes{}, now: outcomes{fail, fail, fail, pass}, focus: "alpha", explain: "alpha"},
		{name: "a pass needs no explanation", before: outcomes{fail, fail, fail, fail}, now: outcomes{pass, fail, fail, fail},
			focus: "alpha", gained: []string{"alpha"}},
		{name: "another one passes", before: outcomes{fail, fail, fail, fail}, now: outcomes{fail, pass, fail, fail},
			focus: "alpha", explain: "alpha", gained: []string{"beta"}},
		{name: "what was broken comes first", before: outcomes{pass, fail, fail, fail}, now: outcomes{fail, fail, fail, fail},
			focus: "beta", explain: "alpha", lost: []string{"alpha"}},
		{name: "but not when it stands later", before: outcomes{fail, pass, fail, fail}, now: outcomes{fail, fail, fail, fail},
			focus: "alpha", explain: "alpha", lost: []string{"beta"}},
		{name: "what was broken beside a pass", before: outcomes{pass, pass, fail, fail}, now: outcomes{pass, fail, fail, fail},
			focus: "alpha", explain: "beta", lost: []string{"beta"}},
		{name: "blocked leads to what blocks", before: outcomes{fail, fail, fail, fail}, now: outcomes{fail, blocked, fail, fail},
			focus: "beta", explain: "alpha"},
		{name: "the core is done", before: outcomes{pass, pass, fail, fail}, now: outcomes{pass, pass, pass, fail},
			focus: "gamma", gained: []string{"gamma"}, done: true, justDone: true},
		{name: "and stays so", before: outcomes{pass, pass, pass, fail}, now: outcomes{pass, pass, pass, pass},
			focus: "delta", gained: []string{"delta"}, done: true, finished: true},
		{name: "not judged is nobody's fault", before: outcomes{pass, pass, pass, fail}, now: outcomes{pass, grader.NotJudged, pass, fail},
			focus: "beta", done: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := session.Judge(report(tc.before), report(tc.now), tc.focus)
			explain := ""
			if v.Explain != nil {
				explain = v.Explain.Check.ID
			}
			require.Equal(t, tc.explain, explain, "explained")
			require.Equal(t, tc.gained, ids(v.Gained), "gained")
			require.Equal(t, tc.lost, ids(v.Lost), "lost")
			require.Equal(t, tc.done, v.CoreDone, "done")
			require.Equal(t, tc.justDone, v.JustDone, "just done")
			require.Equal(t, tc.finished, v.Finished, "finished")
			require.Equal(t, tc.focus, v.Focus.Check.ID)
		})
	}
}

func TestJudgeWhatDoesNotCompile(t *testing.T) {
	step := sessiontest.Steps()[0]
	before := grader.Report{Step: step, Results: []grader.Result{{Check: step.Checks[0], Outcome: grader.Pass}}}
	now := grader.Report{Step: step, Build: "first.go:1:1: oops", Results: []grader.Result{{Check: step.Checks[0], Outcome: grader.DoesNotBuild}}}
	v := session.Judge(before, now, "alpha")
	require.Nil(t, v.Explain)
	require.Empty(t, v.Lost, "a half typed line has broken nothing yet")
	require.False(t, v.CoreDone)
}

func TestACoreIsDoneOnlyWhenAllOfItWasGraded(t *testing.T) {
	step := sessiontest.Steps()[0]
	one := grader.Report{Step: step, Results: []grader.Result{{Check: step.Checks[0], Outcome: grader.Pass}}}
	require.False(t, session.Judge(grader.Report{}, one, "alpha").CoreDone)
}

func TestAStepIsFinishedOnlyWhenAllOfItWasGraded(t *testing.T) {
	step := sessiontest.Steps()[0]
	core := grader.Report{Step: step}
	for _, c := range step.Checks[:3] {
		core.Results = append(core.Results, grader.Result{Check: c, Outcome: grader.Pass})
	}
	v := session.Judge(grader.Report{}, core, "alpha")
	require.True(t, v.CoreDone)
	require.False(t, v.Finished)
}

func ids(checks []lesson.Check) []string {
	var list []string
	for _, c := range checks {
		list = append(list, c.ID)
	}
	return list
}
