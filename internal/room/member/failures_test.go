package member

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session/sessiontest"
)

// failures are what a room may do instead of taking what it is sent, and what a
// learner is told.
var failures = map[string]struct {
	answer func(http.ResponseWriter, *http.Request) bool
	state  State
	says   string
	ends   bool // nothing is sent any more
	drops  bool // the same would be refused again
}{
	"hangs": {func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	}, Unreachable, "room: not reachable, 2 gradings wait", false, false},
	"breaks off": {func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
		Unreachable, "room: not reachable, 2 gradings wait", false, false},
	"wants a credential": {status(401), Refusing, "room: answers 401, 2 gradings wait", false, false},
	"has removed them":   {status(403), Removed, "room: its instructor has removed you", true, false},
	"is another server":  {status(404), NoRoom, "room: not at this address, 2 gradings wait", false, false},
	"has moved":          {status(410), Moved, "room: has a new address, ask for it", true, false},
	"is full":            {status(429), Busy, "room: busy, 2 gradings wait", false, false},
	"fails":              {status(500), Refusing, "room: answers 500, 2 gradings wait", false, false},
	"has a dead gateway": {status(502), Refusing, "room: answers 502, 2 gradings wait", false, false},
	"does not like it":   {status(400), Refusing, "room: answers 400", false, true},
	"leads elsewhere": {func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		return true
	}, NoRoom, "room: not at this address, 2 gradings wait", false, false},
	"is a portal": {func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = fmt.Fprint(w, "<html>Welcome to our hotel")
		return true
	}, NoRoom, "room: not at this address, 2 gradings wait", false, false},
	"talks without end": {func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				break
			}
		}
		return true
	}, Refusing, "room: answers 500, 2 gradings wait", false, false},
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "no", code)
		return true
	}
}

// Whatever a room does ends in a status, and in nothing else; what it did not
// take it gets when it comes to its senses.
func TestFailures(t *testing.T) {
	for name, f := range failures {
		t.Run(name, func(t *testing.T) {
			room := &stubRoom{}
			s, _ := sessiontest.New(t)
			_, a := room.open(t)
			d := sit(t, s)
			room.says(f.answer)
			c := join(t, s.Workspace, a, "Ada")
			l := newLine(c.Credential)
			l.limit = 200 * time.Millisecond
			m, err := start(d, c, quick(), l)
			require.NoError(t, err)
			t.Cleanup(func() { goodbye(m, time.Second) })
			becomes(t, m, f.state)
			grade(t, d)
			grade(t, d)
			eventually(t, f.says, func() bool { return d.State().Room.String() == f.says })
			require.Empty(t, room.all())
			if f.drops {
				eventually(t, "they are counted", func() bool { return m.Status().Dropped == 10 })
			}

			room.says(nil)
			if f.ends {
				grade(t, d)
				time.Sleep(200 * time.Millisecond)
				require.Empty(t, room.all())
				require.Equal(t, f.says, d.State().Room.String())
				return
			}
			becomes(t, m, Reporting)
			if f.drops {
				eventually(t, "the room hears of it", func() bool { return room.points(wire.Dropped)[""] == 10 })
				require.Empty(t, room.spans(""))
				return
			}
			eventually(t, "both gradings", func() bool { return len(room.spans("grade")) == 2 && len(room.spans("")) == 10 })
			eventually(t, "a mark", func() bool { return d.State().Room.String() == "room: Go workshop ✓" })
			require.Zero(t, m.Status().Dropped)
		})
	}
}

// A room that is not there is a room that comes later; and one that comes again
// gets what waited, once.
func TestARoomThatIsStartedAgain(t *testing.T) {
	room := &stubRoom{token: wire.NewToken()}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())

	s, _ := sessiontest.New(t)
	d := sit(t, s)
	m := report(t, d, join(t, s.Workspace, wire.Address{Base: "http://" + addr, Token: room.token}, "Ada"))
	becomes(t, m, Unreachable)
	grade(t, d)
	for n := 1; n <= 2; n++ {
		ln, err := net.Listen("tcp", addr)
		require.NoError(t, err)
		server := &httptest.Server{Listener: ln, Config: &http.Server{Handler: room}}
		server.Start()
		becomes(t, m, Reporting)
		eventually(t, "what waited", func() bool { return len(room.spans("grade")) == n })
		server.CloseClientConnections()
		server.Close()
		becomes(t, m, Unreachable)
		grade(t, d)
	}
	require.Equal(t, "room: not reachable, 1 grading waits", d.State().Room.String())
}

// Of what is too much the oldest goes, and is counted: where, and in the room.
func TestABacklogHasALimit(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	becomes(t, m, Reporting)
	room.says(status(500))
	becomes(t, m, Refusing)
	const gradings = 450 // of five spans each
	for range gradings {
		m.gradings.hear(started(d))
		m.gradings.hear(graded(d))
	}
	const dropped = gradings*5 - backlogSize
	eventually(t, "the oldest have gone", func() bool { return m.Status().Dropped == dropped }) // some may be on their way

	room.says(nil)
	eventually(t, "all that is left", func() bool { return len(room.spans("")) == backlogSize })
	eventually(t, "the room hears of it", func() bool { return room.points(wire.Dropped)[""] == dropped })
	require.Equal(t, "02-second fail", func() string { // the newest is there
		last := room.spans("grade")[len(room.spans("grade"))-1]
		a := attributes(last.GetAttributes())
		return a[wire.Step] + " " + a[wire.Outcome]
	}(), "not the oldest")
	for _, r := range room.all() {
		require.Less(t, len(r.body), wire.MaxBody)
	}
	require.Equal(t, float64(gradings), total(room.points(wire.Gradings)), "what is counted is counted, sent or not")
}

func total(points map[string]float64) (sum float64) {
	for _, n := range points {
		sum += n
	}
	return sum
}

// A room that has accepted a connection, and never says anything, does not cost
// a verdict anything; nor does leaving take longer than it was given.
func TestARoomThatHangsDelaysNoVerdict(t *testing.T) {
	hold := func(t *testing.T, hang bool) (median time.Duration) {
		s, _ := sessiontest.New(t)
		d := sit(t, s)
		var m *Member
		if hang {
			ln, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts; the system does
			require.NoError(t, err)
			t.Cleanup(func() { _ = ln.Close() })
			a := wire.Address{Base: "http://" + ln.Addr().String(), Token: wire.NewToken()}
			m, err = Start(d, join(t, s.Workspace, a, "Ada"))
			require.NoError(t, err)
		}
		ctx, events := t.Context(), make(chan desk.Event, 1000)
		go d.Run(ctx, func(e desk.Event) { events <- e })
		verdict := func() {
			for e := range events {
				if _, ok := e.(desk.Graded); ok {
					return
				}
			}
		}
		verdict()
		var took []time.Duration
		for n := range 9 {
			began := time.Now()
			sessiontest.Write(t, s.Root(), "steps/01-first/first.go", "package first // "+strconv.Itoa(n)+"\n")
			verdict()
			took = append(took, time.Since(began))
		}
		if hang {
			began := time.Now()
			goodbye(m, 2*time.Second)
			require.Less(t, time.Since(began), 2500*time.Millisecond)
			require.Equal(t, 10, m.Status().Waiting)
		}
		return middle(took)
	}
	none, hanging := hold(t, false), hold(t, true)
	t.Logf("from save to verdict: %v without a room, %v with one that hangs: %.2f times", none, hanging, float64(hanging)/float64(none))
	require.Less(t, hanging, 2*none+20*time.Millisecond)
}
