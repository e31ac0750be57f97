package grader

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// As many as there are processors come in at once, more only while one of those
// is idle, and then not all; or, one after the other, where none ever is.
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
		idle.Store(0)
		g.some = 5
		require.Equal(t, 5, settle(), "nobody was idle for long enough")
		close(out)
		require.Zero(t, settle())
	})
}
