package grader

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// As many as there are processors come in at once, more only while one of those
// is idle, and then not all.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var idle, inside atomic.Int32
		g := newGate()
		g.few, g.some, g.many = 2, 2, 4
		g.idle = func() bool { return idle.Load() > 0 && idle.Add(-1) >= 0 }
		out := make(chan struct{})
		for range 7 {
			go func() {
				g.enter()
				inside.Add(1)
				<-out
				inside.Add(-1)
				g.leave()
			}()
		}
		settle := func() int {
			time.Sleep(2 * enough)
			synctest.Wait()
			return int(inside.Load())
		}
		require.Equal(t, 2, settle())
		idle.Store(1)
		require.Equal(t, 3, settle(), "one was idle, for a moment")
		out <- struct{}{}
		require.Equal(t, 2, settle(), "as nobody is idle")
		out <- struct{}{}
		require.Equal(t, 2, settle(), "one leaves, one comes")
		idle.Store(100)
		require.Equal(t, 4, settle(), "however idle they are")
		close(out)
		require.Zero(t, settle())
	})
}

// Where no processor is ever idle, some more come in, one after the other.
func TestGateOfABusyMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.few, g.some, g.many = 1, 3, 4
		g.idle = func() bool { return false }
		var inside atomic.Int32 // so far
		for range 4 {
			go func() {
				g.enter()
				inside.Add(1)
				time.Sleep(time.Second)
				g.leave()
			}()
		}
		synctest.Wait()
		require.EqualValues(t, 1, inside.Load())
		time.Sleep(enough + glance)
		require.EqualValues(t, 2, inside.Load())
		time.Sleep(10 * enough)
		require.EqualValues(t, 3, inside.Load())
		time.Sleep(3 * time.Second) // until all have left
		require.EqualValues(t, 4, inside.Load())
	})
}
