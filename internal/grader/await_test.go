package grader

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
)

// A check whose time is up has had it: what it spent in the queue for a
// processor does not count, up to a point.
func TestStarved(t *testing.T) {
	run := func(step string, had float64) judged {
		b := buildHostile(t, step)
		program, err := seal(b.binary)
		require.NoError(t, err)
		r := &runner{build: b, sealed: program, limit: 200 * time.Millisecond}
		r.queued = func(_ *os.Process, took time.Duration) time.Duration { return time.Duration(float64(took) * (1 - had)) }
		j := r.run(t.Context(), victimStep.Checks[0])
		require.Equal(t, j.Outcome == TimedOut, r.late, "only who has had their time makes others hurry")
		return j
	}
	j := run("takes a moment", 0.2)
	require.Equal(t, Pass, j.Outcome, j.Summary)
	j = run("deadlock", 0.2)
	require.Equal(t, TimedOut, j.Outcome)
	j = run("deadlock", 0)
	require.Equal(t, NotJudged, j.Outcome)
	require.Contains(t, j.Summary, "this machine is too busy")

	r := Report{Results: []Result{{Outcome: Pass}, j.Result}}
	require.False(t, r.Passed(true), "it has not passed")
	require.Equal(t, &r.Results[1], r.First())
}

// Once a check has run into the limit the others get less, unless some were
// seen to need more.
func TestAllowed(t *testing.T) {
	r := &runner{limit: defaultLimit}
	r.note(evidence{took: time.Second})
	require.Equal(t, defaultLimit, r.allowed())
	r.note(evidence{took: 60 * time.Second, timedOut: true, starved: true})
	require.Equal(t, defaultLimit, r.allowed())
	r.note(evidence{took: defaultLimit, timedOut: true})
	require.Equal(t, hurried, r.allowed())
	r.note(evidence{took: 4 * time.Second})
	require.Equal(t, 8*time.Second, r.allowed())
	r.note(evidence{took: 9 * time.Second})
	require.Equal(t, defaultLimit, r.allowed())
}

// What goes by while nothing runs is nobody's time.
func TestWatch(t *testing.T) {
	now := time.Now()
	w := watch{last: now}
	for range 10 {
		now = now.Add(200 * time.Millisecond)
		w.look(now, 200*time.Millisecond)
	}
	require.Equal(t, 2*time.Second, w.counted)
	now = now.Add(350 * time.Millisecond) // a little late
	require.Equal(t, 2350*time.Millisecond, w.look(now, 200*time.Millisecond))
	now = now.Add(time.Hour)
	require.Equal(t, 2750*time.Millisecond, w.look(now, 200*time.Millisecond))
}

// What our own commands take is not the learner's doing. The check says that
// they run, since not every system shows stacks.
func TestTimedOutInOurs(t *testing.T) {
	check := lesson.Check{ID: "go-conventions"}
	runs, ended := mark+"=== ATTR  TestGoConventions helper runs\n", mark+"=== ATTR  TestGoConventions helper ended\n"
	for name, output := range map[string]string{"on Unix": runs + "SIGQUIT: quit\n", "on Windows": runs} {
		j := judge(check, evidence{timedOut: true, took: 10 * time.Second, busy: 9 * time.Second, exit: 2, output: output})
		require.Equal(t, NotJudged, j.Outcome, name)
		require.True(t, j.Again, name)
		require.Contains(t, j.Summary, "a go command of the check's own", name)
	}
	j := judge(check, evidence{timedOut: true, took: 10 * time.Second, output: runs + ended})
	require.Equal(t, TimedOut, j.Outcome)
	j = judge(lesson.Check{ID: "nothing-leaks"}, evidence{timedOut: true, took: 10 * time.Second, output: runs})
	require.Equal(t, TimedOut, j.Outcome, "another check has said so")
}

// Why a check did not end is said where stacks were seen, and nowhere else.
func TestTimedOutElsewhere(t *testing.T) {
	check := lesson.Check{ID: "metrics-every-10s"}
	ev := evidence{timedOut: true, took: 10 * time.Second, busy: 9 * time.Second, output: "SIGQUIT: quit\n"}
	j := judge(check, ev)
	require.Equal(t, TimedOut, j.Outcome)
	require.Contains(t, j.Summary, "a timer that never rests")
	ev.busy = time.Second
	require.Contains(t, judge(check, ev).Summary, "does something wait without a deadline")
	ev.output = ""
	require.Equal(t, "still running after 10 s", judge(check, ev).Summary)
}
