package forward

import (
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// hang is a backend that answers nothing until the request is given up.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// incompressible is n bytes that gzip does not make smaller, so that bounds in
// bytes can be told exactly.
func incompressible(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// A full queue should drop the oldest that wait, of whatever signal, and count
// each of them.
func TestOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := played(t, hang, func(o *Options) { o.QueueBytes, o.QueueItems = 10_000, 1000 })
		defer closeNow(f)
		f.Offer("traces", incompressible(1000)) // it is being sent: that one stays
		synctest.Wait()
		f.Offer("logs", incompressible(1000))
		synctest.Wait()
		for range 4 {
			f.Offer("traces", incompressible(1000))
			f.Offer("logs", incompressible(1000))
		}
		require.Equal(t, 10, f.Stats().Queued)
		require.Zero(t, f.Stats().Dropped)
		f.Offer("metrics", incompressible(2500)) // three make room for it: traces, logs, traces
		s := f.Stats()
		require.Equal(t, 3, s.Dropped)
		require.Equal(t, []Loss{{"traces", whyFull, 2, 0}, {"logs", whyFull, 1, 0}}, s.Losses)
		require.Equal(t, 8, s.Queued)
		require.Equal(t, 9500, s.Bytes)
		f.Offer("metrics", incompressible(10_001)) // it would never fit, and nothing goes for it
		s = f.Stats()
		require.Equal(t, 4, s.Dropped)
		require.Equal(t, 8, s.Queued)
		synctest.Wait()
		f.Offer("traces", incompressible(6000)) // nor beside what is being sent
		s = f.Stats()
		require.Equal(t, 5, s.Dropped)
		require.Equal(t, 8, s.Queued)
		f.Offer("traces", incompressible(5500)) // this just does: all that wait go
		s = f.Stats()
		require.Equal(t, 5+5, s.Dropped)
		require.Equal(t, 4, s.Queued)
		require.Equal(t, 10_000, s.Bytes)
	})
}

func TestTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := played(t, hang, func(o *Options) { o.QueueItems = 5 })
		for range 12 {
			f.Offer("logs", nil)
		}
		s := f.Stats()
		require.Equal(t, 5, s.Queued)
		require.Equal(t, 7, s.Dropped)
		closeNow(f)
		require.Equal(t, 12, f.Stats().Dropped)
	})
}

// What is offered by many at once should be sent or counted as dropped, to the
// last one, whatever the backend does, and no offer should wait.
func TestNothingUncounted(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		switch rand.N(4) {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	f := forwardTo(t, b.URL, func(o *Options) { o.QueueBytes, o.QueueItems = 20_000, 100 })
	const each = 500
	var all sync.WaitGroup
	for _, s := range signals {
		all.Go(func() {
			for range each {
				f.Offer(s, incompressible(rand.N(2000)))
				runtime.Gosched()
			}
		})
	}
	all.Wait()
	s := until(t, f, func(s Stats) bool { return s.Queued == 0 })
	require.Equal(t, len(signals)*each, s.Sent+s.Dropped)
	require.Zero(t, s.Bytes)
	lost := 0
	for _, l := range s.Losses {
		lost += l.Requests
	}
	require.Equal(t, s.Dropped, lost)
}

// Offering should take no longer when the backend hangs.
func BenchmarkOffer(b *testing.B) {
	f, err := Start(Options{Endpoint: "http://backend.example", transport: roundTrip(hang)})
	require.NoError(b, err)
	defer closeNow(f)
	body := incompressible(100 << 10)
	for b.Loop() {
		f.Offer("traces", body)
	}
}

// An unknown signal is a mistake of the caller's, and counted.
func TestUnknownSignal(t *testing.T) {
	b := serve(t, nil)
	f := forwardTo(t, b.URL, nil)
	f.Offer("profiles", []byte("?"))
	require.Equal(t, 1, f.Stats().Dropped)
	require.Never(t, func() bool { return b.timesAsked() > 0 }, 50*time.Millisecond, 10*time.Millisecond)
}
