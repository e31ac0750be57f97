package crowd_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// mostMemory is what a room takes at most, whoever sends what: a thousand people
// whose workshops say all that there is to say, two thousand connections, and
// bodies that are made to cost much.
const mostMemory = 512 << 20

// While everybody who has the address does their worst, who is in the room is
// heard, the room can be looked at, and its memory has an end.
func TestAttack(t *testing.T) {
	steps, err := syllabus()
	require.NoError(t, err)
	p := start(t)
	ctx, stop := context.WithTimeout(t.Context(), *loadFor)
	defer stop()
	addr := strings.TrimPrefix(p.Room[:strings.LastIndexByte(p.Room, '/')], "http://")
	honest := learner{Participant: crowd.NewParticipant("Ada"), client: &http.Client{Transport: &http.Transport{}}, address: p.Room}
	defer honest.client.CloseIdleConnections()
	require.True(t, honest.work(t, steps))

	a := attack{ctx: ctx, room: p.Room, answers: map[string]int{}}
	for range 4 {
		a.again(func(client *http.Client) { a.post(client, crowd.NewParticipant("bomb"), bomb(), true) })
		a.again(func(client *http.Client) {
			a.post(client, crowd.NewParticipant("dense"), bytes.Repeat([]byte{0x0a, 0}, 400_000), false)
		})
		a.again(func(client *http.Client) { // one more of a thousand, whose name is a megabyte
			l := learner{Participant: crowd.NewParticipant(strings.Repeat("\u202e<b>", 100_000)), client: client, address: p.Room}
			status, _, err := l.SendMetrics(client, p.Room, l.Push("", everything(steps)))
			a.got(status, err)
		})
		a.again(func(client *http.Client) {
			status, _, err := honest.Post(client, p.Room+"x", "traces", nil, false)
			a.got(status, err)
		})
		stolen := crowd.NewParticipant("Grace").Credential // from a file, or from the network
		a.again(func(client *http.Client) {
			thief := crowd.NewParticipant("not Grace")
			thief.Credential = stolen
			status, _, err := thief.SendMetrics(client, p.Room, thief.Push("", everything(steps)))
			a.got(status, err)
		})
	}
	for range 300 {
		a.Go(func() { a.dawdle(addr) })
	}
	heard, busy := 0, 0
	for ctx.Err() == nil {
		status, says, err := honest.SendMetrics(honest.client, p.Room, honest.Push("", everything(steps)))
		require.NoError(t, err)
		switch status {
		case http.StatusOK:
			heard++
		case http.StatusServiceUnavailable: // it will be sent again
			busy++
		default:
			t.Fatalf("%d %s", status, says)
		}
		time.Sleep(600 * time.Millisecond)
	}
	a.Wait()
	m := p.end()
	t.Logf("answers: %v; refused: %v", a.answers, m.Stats.Refused)
	t.Logf("%d people; %d MiB of memory at most; who is in was heard %d times, and asked for a pause %d times; a look at the room: %v (p50), %v (p99)",
		m.People, m.PeakBytes>>20, heard, busy, m.ViewP50, m.ViewP99)
	require.Greater(t, heard, busy)
	require.LessOrEqual(t, m.People, wire.MaxPeople)
	require.Less(t, m.PeakBytes, mostMemory)
}

// everything is a state for each check.
func everything(steps []lesson.Step) map[string]wire.State {
	states := map[string]wire.State{}
	for _, s := range steps {
		for _, c := range s.Checks {
			states[workspace.CheckKey(s.Name, c.ID)] = wire.Failing
		}
	}
	return states
}

// An attack is many who send at once.
type attack struct {
	sync.WaitGroup
	ctx  context.Context
	room string

	mu      sync.Mutex
	answers map[string]int
}

// again does the same again and again.
func (a *attack) again(once func(*http.Client)) {
	a.Go(func() {
		client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
		defer client.CloseIdleConnections()
		for a.ctx.Err() == nil {
			once(client)
		}
	})
}

func (a *attack) post(client *http.Client, p *crowd.Participant, body []byte, zipped bool) {
	req, err := http.NewRequestWithContext(a.ctx, http.MethodPost, a.room+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		a.got(0, err)
		return
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set(wire.CredentialHeader, string(p.Credential))
	if zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := client.Do(req)
	if err != nil {
		a.got(0, err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	a.got(resp.StatusCode, nil)
}

func (a *attack) got(status int, err error) {
	what := fmt.Sprint(status)
	if err != nil {
		what = "cut off"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[what]++
}

// dawdle opens connections on which it begins a request and never ends it.
func (a *attack) dawdle(addr string) {
	for a.ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(a.ctx, "tcp", addr)
		if err != nil {
			continue
		}
		_, _ = fmt.Fprintf(conn, "POST %s/v1/traces HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000000\r\n\r\n",
			a.room[strings.LastIndexByte(a.room, '/'):], wire.CredentialHeader, wire.NewCredential())
		_, _ = conn.Write(make([]byte, 400<<10)) // it may be cut off
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		_, _ = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
}

// bomb is sixty times what a room takes when it is opened.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, _ = zw.Write(make([]byte, 64<<20)) // to memory
	_ = zw.Close()
	return b.Bytes()
})
