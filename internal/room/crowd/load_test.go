package crowd_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// By default a small crowd comes for a moment. The whole of it:
//
//	go test ./internal/room/crowd -run Load -v -load 2m -people 500
var (
	loadFor = flag.Duration("load", 3*time.Second, "for how long the crowd works")
	people  = flag.Int("people", 100, "how many they are")
	every   = flag.Duration("every", 0, "how often each has a verdict; 0 is every ten seconds, and more often where -load is short")
)

// verdictSpans is how many checks a grading has.
const verdictSpans = 20

// Of what a crowd sends nothing is lost, and meanwhile the room can be looked at.
func TestLoad(t *testing.T) {
	steps, err := syllabus()
	require.NoError(t, err)
	p := start(t)
	pause := *every
	if pause == 0 {
		pause = min(10*time.Second, *loadFor/3)
	}
	ctx, stop := context.WithTimeout(t.Context(), *loadFor)
	defer stop()
	var spans, gradings, pushes atomic.Int64
	var all sync.WaitGroup
	for i := range *people {
		all.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			l := learner{Participant: crowd.NewParticipant(fmt.Sprintf("Learner %03d", i)), client: &http.Client{Transport: transport}, address: p.Room}
			wait := rand.N(pause)
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(wait):
				}
				if !l.work(t, steps) {
					return
				}
				spans.Add(1 + verdictSpans)
				gradings.Add(1)
				pushes.Add(1)
				wait = pause
			}
		})
	}
	page := make(chan []time.Duration)
	go func() { page <- look(ctx, t, p.Page) }()
	all.Wait()
	stop()
	took := <-page
	m := p.end()
	t.Logf("%d people, each every %v, for %v: %d gradings, %d spans", *people, pause, *loadFor, gradings.Load(), spans.Load())
	t.Logf("the room and its page: %d MiB of memory at most, %v of CPU time", m.PeakBytes>>20, m.CPU.Round(time.Millisecond))
	t.Logf("a look at the room: %v (p50), %v (p99), %v (most); at the page, %d times: %v (p50), %v (p99), %v (most)",
		m.ViewP50, m.ViewP99, m.ViewMax, len(took), quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1))

	require.Empty(t, m.Stats.Refused)
	require.Zero(t, m.Stats.Ignored)
	require.Equal(t, *people, m.People)
	require.EqualValues(t, spans.Load(), m.Stats.Spans)
	require.EqualValues(t, gradings.Load(), m.Stats.Gradings)
	require.EqualValues(t, gradings.Load(), m.Gradings, "as the metrics have it")
	require.EqualValues(t, gradings.Load()+pushes.Load(), m.Stats.Requests)
	require.Less(t, m.PeakBytes, 256<<20)
	require.NotEmpty(t, took)
	require.Less(t, m.ViewP50, 100*time.Millisecond, "of the slowest a busy machine has its part")
}

// A learner is a participant at work.
type learner struct {
	*crowd.Participant
	client  *http.Client
	address string
}

// work is one verdict, and what the room is told of it.
func (l *learner) work(t *testing.T, steps []lesson.Step) bool {
	step := steps[0]
	outcomes, states := map[string]string{}, map[string]wire.State{}
	at := ""
	for _, s := range steps {
		for _, c := range s.Checks {
			key := workspace.CheckKey(s.Name, c.ID)
			states[key] = wire.State(rand.IntN(4))
			if at == "" || rand.IntN(10) == 0 {
				at = key
			}
			if len(outcomes) < verdictSpans {
				outcomes[key] = "fail"
			}
		}
	}
	status, says, err := l.SendTraces(l.client, l.address, l.Grading(step.Name, "fail", outcomes))
	if err == nil && status == http.StatusOK {
		status, says, err = l.SendMetrics(l.client, l.address, l.Push(at, states))
	}
	if err != nil || status != http.StatusOK {
		t.Errorf("%s: %d %s %v", l.Name, status, says, err)
		return false
	}
	return true
}

// look loads the room's page again and again, as one who looks at it does.
func look(ctx context.Context, t *testing.T, page string) (took []time.Duration) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for ctx.Err() == nil {
		began := time.Now()
		r, err := client.Get(page)
		if err != nil {
			t.Error(err)
			return took
		}
		n, err := io.Copy(io.Discard, r.Body)
		_ = r.Body.Close() // it has been read
		if err != nil || r.StatusCode != http.StatusOK || n == 0 {
			t.Errorf("the page: %s, %d bytes, %v", r.Status, n, err)
			return took
		}
		took = append(took, time.Since(began))
		time.Sleep(500 * time.Millisecond)
	}
	return took
}
