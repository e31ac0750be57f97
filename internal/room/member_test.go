package room

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

const (
	checkA = "01-minimal/check-aa"
	checkB = "01-minimal/check-ba"
	checkC = "02-handler-spans/check-aa"
)

// A told room is one that is told things without a network, at times of the
// test's choice.
type told struct {
	*store
	t   *testing.T
	now time.Time
}

func tell(t *testing.T) *told {
	return &told{newStore(newSyllabus(steps(4)), DefaultPatience), t, time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)}
}

func (r *told) after(d time.Duration) *told { r.now = r.now.Add(d); return r }

// participant is one whose clock is the room's.
func (r *told) participant(name string) *crowd.Participant {
	p := crowd.NewParticipant(name)
	p.Began, p.Now = r.now, func() time.Time { return r.now }
	return p
}

func (r *told) push(p *crowd.Participant, at string, states map[string]wire.State) {
	all, ignored := r.cleanMetrics(p.ID(), p.Push(at, states), r.now)
	_, err := r.hear(p.ID(), all, ignored, r.now)
	require.NoError(r.t, err)
}

func (r *told) only() Person {
	people := r.view(r.now).People
	require.Len(r.t, people, 1)
	return people[0]
}

// Where somebody is, and for how long, goes on by the room's clock while they are
// here.
func TestTimePasses(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	r.push(p, checkB, map[string]wire.State{checkA: wire.Passing, checkB: wire.Failing})
	require.Equal(t, 30*time.Second, r.only().For)
	require.Equal(t, 70*time.Second, r.after(40*time.Second).only().For)
	require.True(t, r.only().Here)
	away := r.after(10 * time.Second).only()
	require.False(t, away.Here)
	require.Empty(t, r.view(r.now).Holds, "who is away holds nothing up")

	for range 48 {
		r.after(10*time.Second).push(p, checkB, nil)
	}
	require.False(t, r.only().Stuck, "each push says 30 seconds anew")
	r.patience = 20 * time.Second
	require.True(t, r.only().Stuck)
	require.Equal(t, 1, r.view(r.now).Holds[0].Stuck)
	r.push(p, checkB, map[string]wire.State{checkB: wire.Passing})
	require.True(t, r.only().Done)
	require.False(t, r.only().Stuck)
	require.Empty(t, r.view(r.now).Holds)
}

// A name may change; one that is nothing is a guest's.
func TestNames(t *testing.T) {
	r := tell(t)
	p := r.participant("\u200b\u202e")
	r.push(p, checkA, nil)
	require.Regexp(t, `^guest \d{4}$`, r.only().Name)
	p.Name = "Ada"
	r.push(p, checkA, nil)
	require.Equal(t, "Ada", r.only().Name)
}

// Gradings are counted once: over restarts, repetitions and what comes late.
func TestGradingsAreCounted(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	count := func(graded, want int) {
		t.Helper()
		p.Graded = graded
		r.push(p, checkA, nil)
		require.Equal(t, want, r.only().Gradings)
	}
	count(3, 3)
	count(3, 3)
	count(2, 3) // a batch that is late
	count(5, 5)
	p.Instance, p.Began = "second", r.after(time.Minute).now
	count(1, 6)
	p.Instance = "first again, its clock anew"
	count(4, 10)
	p.Began = r.after(time.Minute).now
	count(1, 11)
	for i := range 100 { // restarts, each of which takes its time
		p.Instance, p.Began = time.Duration(i).String(), r.after(time.Minute).now
		count(1, 12+i)
	}
	require.LessOrEqual(t, len(r.people[p.ID()].Instances), mostInstances)
}

// What was sent before something else, and comes after it, changes nothing.
func TestLatePush(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	late := p.Push(checkA, map[string]wire.State{checkA: wire.Failing})
	r.after(10*time.Second).push(p, checkB, map[string]wire.State{checkA: wire.Passing})
	all, ignored := r.cleanMetrics(p.ID(), late, r.now)
	_, err := r.hear(p.ID(), all, ignored, r.now)
	require.NoError(t, err)
	require.Equal(t, checkB, r.only().At)
	require.Equal(t, wire.Passing, r.only().Checks[checkA].State)

	// But a clock may be set back.
	p.Now = func() time.Time { return r.now.Add(-time.Hour) }
	r.after(10*time.Second).push(p, checkC, map[string]wire.State{checkA: wire.Blocked})
	require.Equal(t, checkC, r.only().At)
}

// A request that is sent again, because its answer was lost, is heard once.
func TestRepeatedGrading(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	td := p.Grading("01-minimal", "fail", map[string]string{checkA: "fail", checkB: "blocked"})
	for i := range 3 {
		all, ignored := r.cleanTraces(p.ID(), td, r.now)
		passOn, err := r.hear(p.ID(), all, ignored, r.now)
		require.NoError(t, err)
		require.Len(t, passOn, max(0, 1-i), "the backend gets it once")
	}
	require.Equal(t, 3, r.stats.Spans)
	require.Equal(t, 1, r.stats.Gradings)
	require.Len(t, r.only().Latest, 1)
	for range 20 {
		all, ignored := r.cleanTraces(p.ID(), p.Grading("01-minimal", "fail", nil), r.after(time.Second).now)
		_, err := r.hear(p.ID(), all, ignored, r.now)
		require.NoError(t, err)
	}
	require.Len(t, r.only().Latest, mostLatest)
	require.Equal(t, r.now, r.only().Latest[0].At, "the newest first")
}

// Two workshops with one credential are told; one that was started anew is not.
func TestTwice(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	instances := func(ids ...string) {
		for _, id := range ids {
			p.Instance = id
			r.after(5*time.Second).push(p, checkA, nil)
		}
	}
	instances("a", "a", "b", "b")
	require.False(t, r.only().Twice)
	instances("a", "b") // its last words, after the next one's first
	instances("b")
	require.True(t, r.only().Twice)
	instances("b", "b", "b", "b", "b", "b", "b", "b", "b", "b", "b", "b")
	require.False(t, r.only().Twice)
}

// Who is often another one has to wait: each name and process is a series of its
// own to a backend.
func TestVariety(t *testing.T) {
	r := tell(t)
	p := r.participant("Ada")
	refused := 0
	for i := range 100 {
		p.Instance = time.Duration(i).String()
		all, ignored := r.cleanMetrics(p.ID(), p.Push(checkA, nil), r.now)
		if passOn, err := r.hear(p.ID(), all, ignored, r.now); err != nil {
			require.Empty(t, passOn)
			refused++
		}
	}
	require.Equal(t, 100-int(changeRate.burst), refused)
	require.Equal(t, refused, r.stats.Refused[tooVaried])
}

// Holds are in the order in which an instructor wants them.
func TestHolds(t *testing.T) {
	r := tell(t)
	for i, at := range []string{checkA, checkC, checkC, checkB} {
		r.push(r.participant("p"), at, map[string]wire.State{at: wire.Failing})
		r.after(time.Duration(i) * time.Second)
	}
	r.push(r.participant("done"), checkB, map[string]wire.State{checkB: wire.Passing})
	r.push(r.participant("nowhere"), "", map[string]wire.State{checkB: wire.Passing})
	var at []string
	for _, h := range r.view(r.now).Holds {
		at = append(at, h.Check.Step+"/"+h.Check.ID)
		require.GreaterOrEqual(t, h.Longest, h.Median)
	}
	require.Equal(t, []string{checkC, checkA, checkB}, at)
}

// A room that is full takes nobody more, but in the place of who has gone since
// its address was changed.
func TestFull(t *testing.T) {
	r := tell(t)
	for range wire.MaxPeople {
		r.push(r.participant("p"), checkA, nil)
	}
	p := r.participant("late")
	require.ErrorContains(t, r.admit(p.ID(), r.now), "full")
	r.anew()
	require.ErrorContains(t, r.admit(p.ID(), r.now), "full", "they are here")
	r.after(here + time.Second)
	require.NoError(t, r.admit(p.ID(), r.now))
	r.push(p, checkA, nil)
	require.Len(t, r.people, wire.MaxPeople)
	require.NotNil(t, r.people[p.ID()])
	require.Equal(t, 2, r.stats.Refused[isFull])
}

// What somebody sends too often is refused, and they are told when to come again.
func TestOneFloods(t *testing.T) {
	r := open(t, Options{})
	flood, other := crowd.NewParticipant("flood"), crowd.NewParticipant("other")
	codes := map[int]int{}
	for range 100 {
		status, _ := sendMetrics(t, flood, r, flood.Push(checkA, nil))
		codes[status]++
	}
	require.Greater(t, codes[http.StatusTooManyRequests], 50)
	require.GreaterOrEqual(t, codes[http.StatusOK], wire.RequestsBurst)
	status, _ := sendMetrics(t, other, r, other.Push(checkA, nil))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, codes[http.StatusTooManyRequests], r.View().Stats.Refused[tooMany])
}

// Strangers who flood from the address that a whole room has keep out nobody who
// is in.
func TestStrangersFlood(t *testing.T) {
	r := open(t, Options{})
	p, stranger := crowd.NewParticipant("Ada"), crowd.NewParticipant("")
	status, _ := sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, http.StatusOK, status)
	r.callers.rate = rate{burst: 5, perSecond: 0.001}
	for range 10 {
		status, _ = send(t, stranger, r, "traces", []byte("x"))
	}
	require.Equal(t, http.StatusTooManyRequests, status)
	status, _ = sendMetrics(t, p, r, p.Push(checkA, nil))
	require.Equal(t, http.StatusOK, status)
}
