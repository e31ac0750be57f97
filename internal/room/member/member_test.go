package member

import (
	"encoding/hex"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session/sessiontest"
)

// A grading is a trace: what the learner sees, and when it was.
func TestAGradingIsATrace(t *testing.T) {
	room := &stubRoom{}
	d, g, _ := learner(t, room)
	g.Set(grader.Pass, "alpha", "gamma")
	g.Set(grader.Blocked, "delta")
	before := time.Now()
	grade(t, d)
	eventually(t, "five spans", func() bool { return len(room.spans("")) == 5 })
	after := time.Now()

	root := room.spans("grade")[0]
	require.Equal(t, "grade 01-first", root.GetName())
	require.Equal(t, map[string]string{wire.Step: "01-first", wire.Outcome: "fail"}, attributes(root.GetAttributes()))
	require.Empty(t, root.GetParentSpanId())
	require.WithinRange(t, at(root.GetStartTimeUnixNano()), before, after)
	require.WithinRange(t, at(root.GetEndTimeUnixNano()), at(root.GetStartTimeUnixNano()), after)

	outcomes := map[string]string{}
	for _, span := range room.spans("check") {
		a := attributes(span.GetAttributes())
		require.Equal(t, "check "+a[wire.Check][len("01-first/"):], span.GetName())
		require.Equal(t, root.GetTraceId(), span.GetTraceId())
		require.Equal(t, hex.EncodeToString(root.GetSpanId()), hex.EncodeToString(span.GetParentSpanId()))
		require.LessOrEqual(t, span.GetStartTimeUnixNano(), span.GetEndTimeUnixNano())
		outcomes[a[wire.Check]] = a[wire.Outcome] + " " + a[wire.Further]
	}
	require.Equal(t, map[string]string{
		"01-first/alpha": "pass false", "01-first/beta": "fail false", "01-first/gamma": "pass false", "01-first/delta": "blocked true",
	}, outcomes)

	g.Set(grader.Pass, "beta")
	grade(t, d)
	g.Build = "first.go:3:1: syntax error"
	grade(t, d)
	eventually(t, "two more gradings", func() bool { return len(room.spans("grade")) == 3 })
	roots := room.spans("grade")
	require.Equal(t, "pass", attributes(roots[1].GetAttributes())[wire.Outcome], "the core does")
	require.Equal(t, "does not compile", attributes(roots[2].GetAttributes())[wire.Outcome])
	require.Len(t, room.spans("check"), 8, "what does not compile grades no check")
}

func at(nanos uint64) time.Time { return time.Unix(0, int64(nanos)) }

func TestMetricsTellWhereALearnerStands(t *testing.T) {
	room := &stubRoom{}
	d, g, m := learner(t, room)
	becomes(t, m, Reporting)
	require.Empty(t, room.points(wire.CheckState), "nothing was graded")

	g.Set(grader.Pass, "alpha")
	g.Set(grader.NotJudged, "gamma")
	g.Set(grader.Blocked, "delta")
	grade(t, d)
	d.Session().Hint(d.Session().Steps[0].Checks[1])
	d.Session().Hint(d.Session().Steps[0].Checks[1])
	d.GoTo(d.Session().Steps[0].Checks[1])
	eventually(t, "two hints at the check at hand", func() bool {
		return room.points(wire.Hints)["01-first/beta"] == 2 && room.points(wire.CheckTime)["01-first/beta"] > 0
	})
	require.Equal(t, map[string]float64{"01-first/alpha": 1, "01-first/beta": 0, "01-first/gamma": 3, "01-first/delta": 2}, room.points(wire.CheckState))
	require.Zero(t, room.points(wire.CheckTime)["01-first/alpha"], "it was left")
	require.Contains(t, room.points(wire.CheckTime), "01-first/alpha")
	require.Equal(t, map[string]float64{"01-first fail": 1}, room.points(wire.Gradings))
	require.Equal(t, map[string]float64{"01-first fail": 1}, room.points(wire.GradingDuration))
	require.Equal(t, map[string]float64{"": 0}, room.points(wire.Dropped))

	units := map[string]string{}
	for _, r := range room.all() {
		for _, metric := range r.metrics {
			units[metric.GetName()] = metric.GetUnit()
		}
	}
	require.Equal(t, map[string]string{
		wire.Gradings: "{grading}", wire.GradingDuration: "s", wire.CheckState: "1", wire.CheckTime: "s", wire.Hints: "{hint}", wire.Dropped: "{item}",
	}, units)
}

// A run that a save has cut short is none.
func TestOfARunThatWasCutShortNothingIsTold(t *testing.T) {
	room := &stubRoom{}
	d, g, _ := learner(t, room)
	g.Hold = make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(t.Context(), nil)
	}()
	eventually(t, "a run", func() bool { return d.State().Grading })
	sessiontest.Write(t, d.Session().Root(), "steps/01-first/first.go", "package first // saved\n")
	time.Sleep(300 * time.Millisecond) // the watcher waits for silence
	close(g.Hold)
	eventually(t, "a grading", func() bool { return len(room.spans("grade")) > 0 })
	require.Len(t, room.spans("grade"), d.State().Runs)
	d.GoTo(d.Session().Steps[1].Checks[0])
	eventually(t, "the other step", func() bool { return len(room.spans("grade 02-second")) == 1 })
}

// Two workshops of one person are one member, and two processes.
func TestTwoWorkshopsOfOnePerson(t *testing.T) {
	room := &stubRoom{}
	d, _, _ := learner(t, room)
	again, _ := sessiontest.Open(t, d.Session().Root())
	card, err := Remembered(again.Workspace)
	require.NoError(t, err)
	second := sit(t, again)
	report(t, second, *card)
	grade(t, d)
	grade(t, second)
	eventually(t, "both", func() bool { return len(room.spans("grade")) == 2 })

	credentials, instances, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range room.all() {
		credentials[r.header.Get(wire.CredentialHeader)] = true
		instances[r.resource["service.instance.id"]] = true
		names[r.resource[wire.Name]] = true
	}
	require.Equal(t, []string{string(card.Credential)}, slices.Collect(maps.Keys(credentials)))
	require.Len(t, instances, 2)
	require.Equal(t, map[string]bool{"Ada": true}, names)
}

// A room that comes again may pass on what it hears, which it did not when it was
// joined.
func TestWhetherARoomPassesOnCanBeSeen(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	eventually(t, "it keeps it", func() bool { return d.State().Room.String() == "room: Go workshop ✓" })
	room.says(status(502))
	becomes(t, m, Refusing)
	room.forwards.Store(true)
	room.says(nil)
	eventually(t, "it does not", func() bool { return d.State().Room.String() == "room: Go workshop ✓, and its backend" })
}
