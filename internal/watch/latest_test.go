package watch

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A runner takes ten seconds and writes down what became of its runs.
type runner struct {
	t                             *testing.T
	active                        int
	started, completed, cancelled []time.Duration // since the test began
	linger                        time.Duration   // how long it takes to give up
	began                         time.Time
}

func (r *runner) run(ctx context.Context) {
	require.Zero(r.t, r.active, "one run at a time")
	r.active++
	defer func() { r.active-- }()
	r.started = append(r.started, time.Since(r.began))
	select {
	case <-time.After(10 * time.Second):
		r.completed = append(r.completed, time.Since(r.began))
	case <-ctx.Done():
		time.Sleep(r.linger)
		r.cancelled = append(r.cancelled, time.Since(r.began))
	}
}

func TestLatest(t *testing.T) {
	const second = time.Second
	tests := map[string]struct {
		linger                        time.Duration
		changes                       []time.Duration // pauses before each
		started, completed, cancelled []time.Duration
	}{
		"nothing happens": {},
		"one run for each change": {
			changes:   []time.Duration{0, 20 * second},
			started:   []time.Duration{0, 20 * second},
			completed: []time.Duration{10 * second, 30 * second},
		},
		"a change cancels the run and starts afresh": {
			changes:   []time.Duration{0, 4 * second},
			started:   []time.Duration{0, 4 * second},
			cancelled: []time.Duration{4 * second},
			completed: []time.Duration{14 * second},
		},
		"the cancelled run is waited for": {
			linger:    3 * second,
			changes:   []time.Duration{0, 4 * second},
			started:   []time.Duration{0, 7 * second},
			cancelled: []time.Duration{7 * second},
			completed: []time.Duration{17 * second},
		},
		"changes while it is waited for are one": {
			linger:    3 * second,
			changes:   []time.Duration{0, 4 * second, second, second},
			started:   []time.Duration{0, 7 * second},
			cancelled: []time.Duration{7 * second},
			completed: []time.Duration{17 * second},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &runner{t: t, began: time.Now(), linger: tt.linger}
				ctx, cancel := context.WithCancel(t.Context())
				changes := make(chan struct{}, 1)
				returned := make(chan struct{})
				go func() { defer close(returned); Latest(ctx, changes, r.run) }()
				for _, pause := range tt.changes {
					time.Sleep(pause)
					select {
					case changes <- struct{}{}:
					default:
					}
					synctest.Wait()
				}
				time.Sleep(time.Minute)
				cancel()
				<-returned
				require.Equal(t, tt.started, r.started, "started")
				require.Equal(t, tt.cancelled, r.cancelled, "cancelled")
				require.Equal(t, tt.completed, r.completed, "completed")
			})
		})
	}
}

func TestTenQuickChangesCompleteOneRun(t *testing.T) {
	for name, pause := range map[string]time.Duration{"at once": 0, "one a second": time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				changes := make(chan struct{})
				var saved atomic.Int64 // what the last change was about
				var completed []int64  // what the completed runs have read
				go func() {
					for range 10 {
						saved.Add(1)
						changes <- struct{}{}
						time.Sleep(pause)
					}
					time.Sleep(time.Minute)
					cancel()
				}()
				Latest(ctx, changes, func(ctx context.Context) {
					read := saved.Load()
					select {
					case <-time.After(5 * time.Second):
						completed = append(completed, read)
					case <-ctx.Done():
					}
				})
				require.Equal(t, []int64{10}, completed)
			})
		})
	}
}

func TestLatestReturnsWhenItsContextIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &runner{t: t, began: time.Now(), linger: time.Second}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		changes := make(chan struct{}, 1)
		changes <- struct{}{}
		Latest(ctx, changes, r.run)
		require.Equal(t, 5*time.Second, time.Since(r.began), "when the run has given up")
		require.Len(t, r.cancelled, 1)

		for range 50 { // a change and the end at once: select takes either
			select {
			case changes <- struct{}{}:
			default:
			}
			Latest(ctx, changes, r.run)
		}
		require.Len(t, r.started, 1, "nothing starts any more")
	})
}

func TestLatestReturnsWhenChangesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &runner{t: t, began: time.Now()}
		changes := make(chan struct{}, 1)
		changes <- struct{}{}
		close(changes)
		Latest(t.Context(), changes, r.run)
		require.Equal(t, []time.Duration{10 * time.Second}, r.completed)
	})
}

func TestChangesThatWaitAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &runner{t: t, began: time.Now()}
		changes := make(chan struct{}, 10)
		for range 10 {
			changes <- struct{}{}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		Latest(ctx, changes, r.run)
		require.Len(t, r.started, 1)
		require.Len(t, r.completed, 1)
	})
}
