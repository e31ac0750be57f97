package member

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/wire"
)

func TestPace(t *testing.T) {
	p := usual()
	require.Equal(t, 10*time.Second, p.after(Reporting, 0))
	var pauses []time.Duration
	for range 40 {
		pauses = append(pauses, p.after(Unreachable, 0))
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		require.GreaterOrEqual(t, pauses[i], want*time.Second)
		require.LessOrEqual(t, pauses[i], want*time.Second*3/2)
	}
	require.LessOrEqual(t, pauses[39], 45*time.Second)
	require.GreaterOrEqual(t, p.after(Busy, time.Minute), time.Minute, "as it asked")
	require.Equal(t, 10*time.Second, p.after(Reporting, 0))
	require.Less(t, p.after(Unreachable, 0), 2*time.Second, "it begins anew")
}

// A fakeRoom is a transport without a network, for clocks that are not real.
type fakeRoom struct {
	mu     sync.Mutex
	answer http.Response
	at     []time.Time
}

func (f *fakeRoom) says(r http.Response) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = r
}

// requests returns when there were any.
func (f *fakeRoom) requests() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fakeRoom) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost {
		return nil, errors.New("it says nothing of itself")
	}
	_, _ = io.Copy(io.Discard, r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = append(f.at, time.Now())
	res := f.answer
	res.Request, res.Body = r, io.NopCloser(strings.NewReader(""))
	return &res, nil
}

var took = http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/x-protobuf"}}}

// inBubble has a member in a bubble, with a room that is not there. A desk's
// collector has sockets: it is opened outside, where its goroutines stay.
func inBubble(t *testing.T, f func(t *testing.T, room *fakeRoom, m *Member)) {
	stub := &stubRoom{}
	d, _, m := learner(t, stub)
	goodbye(m, time.Second)
	synctest.Test(t, func(t *testing.T) {
		room := &fakeRoom{answer: took}
		l := newLine(m.card.Credential)
		l.transport = room
		m, err := newMember(d, m.card, usual(), l)
		require.NoError(t, err)
		m.cancel = func() {}
		m.running.Go(func() { m.run(t.Context()) })
		synctest.Wait()
		f(t, room, m)
		m.Close(t.Context())
	})
}

func TestAMemberReportsEveryTenSecondsAndSoonAfterAGrading(t *testing.T) {
	inBubble(t, func(t *testing.T, room *fakeRoom, m *Member) {
		require.Len(t, room.requests(), 1, "at once: the room sees who is here")
		began := time.Now()
		time.Sleep(25 * time.Second)
		synctest.Wait()
		require.Len(t, room.requests(), 3)

		for range 10 { // as fast as anybody saves
			m.gradings.hear(started(m.desk))
			m.gradings.hear(graded(m.desk))
			time.Sleep(300 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		// A report of two requests at once, and one two seconds later, until
		// nothing is new.
		require.Len(t, room.requests(), 3+3*2)
		require.Less(t, room.requests()[3].Sub(began), 25*time.Second+10*time.Millisecond)
		require.Less(t, float64(len(room.requests())), 25*wire.RequestsRate+float64(wire.RequestsBurst))
	})
}

func TestARoomThatAsksForAPauseGetsIt(t *testing.T) {
	inBubble(t, func(t *testing.T, room *fakeRoom, m *Member) {
		room.says(http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"60"}}})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Len(t, room.requests(), 2)
		require.Equal(t, Busy, m.Status().State)
		m.gradings.hear(started(m.desk)) // which hurries nothing
		m.gradings.hear(graded(m.desk))
		room.says(took)
		time.Sleep(59 * time.Second)
		synctest.Wait()
		require.Len(t, room.requests(), 2)
		time.Sleep(32 * time.Second)
		synctest.Wait()
		require.Equal(t, Reporting, m.Status().State)
		require.Zero(t, m.Status().Waiting)
		require.GreaterOrEqual(t, len(room.requests()), 4)
	})
}
