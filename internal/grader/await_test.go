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

// What our own commands take is not the learner's doing.
func TestTimedOutInOurs(t *testing.T) {
	ev := evidence{timedOut: true, took: 10 * time.Second, exit: 2, output: `SIGQUIT: quit
goroutine 8 [syscall]:
os/exec.(*Cmd).Wait(0xc0001)
	/go/src/os/exec/exec.go:900 +0x55
otel.workshop/checker/conventions.goVet(0xc0002)
	/w/checker/conventions/conventions.go:109 +0x55
`}
	j := judge(lesson.Check{ID: "go-conventions"}, ev)
	require.Equal(t, NotJudged, j.Outcome)
	require.True(t, j.Again)
	require.Contains(t, j.Summary, "a go command of the check's own")

	ev.output, ev.busy = "SIGQUIT: quit\n", 9*time.Second
	j = judge(lesson.Check{ID: "metrics-every-10s"}, ev)
	require.Equal(t, TimedOut, j.Outcome)
	require.Contains(t, j.Summary, "a timer that never rests")
	ev.busy = time.Second
	j = judge(lesson.Check{ID: "metrics-every-10s"}, ev)
	require.NotContains(t, j.Summary, "a timer that never rests")
}
