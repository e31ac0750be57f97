package grader

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/finding"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/trial"
)

// A check that passes has caught its mistakes, and one that fails says how many.
func TestCaught(t *testing.T) {
	result := func(id string, o Outcome, f *finding.Finding) Result {
		return Result{Check: lesson.Check{ID: id}, Outcome: o, Finding: f}
	}
	r := Report{Results: []Result{
		result("accepts-right-answers", Fail, &finding.Finding{Caught: 7}),
		result("catches-lost-parents", Pass, nil),
		result("catches-open-spans", Fail, &finding.Finding{Caught: 2}),
		result("catches-uncounted", Blocked, nil),
	}}
	caught, of := r.Caught()
	parents, open, uncounted := trial.Mistakes("catches-lost-parents"), trial.Mistakes("catches-open-spans"), trial.Mistakes("catches-uncounted")
	require.NotEmpty(t, parents)
	require.Equal(t, len(parents)+2, caught)
	require.Equal(t, len(parents)+len(open)+len(uncounted), of)
	caught, of = Report{Results: []Result{result("service-name", Pass, nil)}}.Caught()
	require.Zero(t, caught)
	require.Zero(t, of)
}
