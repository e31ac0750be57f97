package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
)

// A bench is a watcher in a bubble, on real files and made-up events.
type bench struct {
	t      *testing.T
	w      *Watcher
	folder string
	events chan fsnotify.Event
	errors chan error
	added  []string
	fail   error // what adding a folder returns from now on
	closed int
}

// onBench runs test in a bubble. The folder holds a.go and sub/b.go.
func onBench(t *testing.T, open error, test func(b *bench)) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, folder: folder, events: make(chan fsnotify.Event), errors: make(chan error)}
		b.write("a.go", "one")
		b.write("sub/b.go", "one")
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		b.w, err = start(ctx, func() (*source, error) {
			return &source{
				events: b.events, errors: b.errors, every: safetyNet,
				watched: func() []string { return b.added },
				add: func(folder string) error {
					if b.fail == nil {
						b.added = append(b.added, folder)
					}
					return b.fail
				},
				close: func() error { b.closed++; return nil },
			}, open
		}, folder)
		require.NoError(t, err)
		test(b)
		cancel()
		synctest.Wait()
		if open == nil {
			require.Equal(t, 1, b.closed, "the source is closed once")
		}
	})
}

func (b *bench) write(name, content string) {
	path := filepath.Join(b.folder, filepath.FromSlash(name))
	require.NoError(b.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(b.t, os.WriteFile(path, []byte(content), 0o644))
}

func (b *bench) event(name string) {
	b.events <- fsnotify.Event{Name: filepath.Join(b.w.files.roots[0], filepath.FromSlash(name)), Op: fsnotify.Write}
}

// fires requires a change in exactly d, within a millisecond, from now.
func (b *bench) fires(d time.Duration) {
	b.t.Helper()
	time.Sleep(d - time.Millisecond)
	b.silent("too early")
	time.Sleep(2 * time.Millisecond)
	synctest.Wait()
	select {
	case <-b.w.Changes():
	default:
		b.t.Fatalf("no change after %v", d)
	}
}

// changed waits for a change; a bubble's clock would run on for ever.
func (b *bench) changed() {
	b.t.Helper()
	select {
	case <-b.w.Changes():
	case <-time.After(time.Minute):
		b.t.Fatal("no change at all")
	}
}

func (b *bench) silent(why string) {
	b.t.Helper()
	synctest.Wait()
	select {
	case <-b.w.Changes():
		b.t.Fatal("a change: " + why)
	default:
	}
}

func TestSaveIsReportedWhenThingsAreQuiet(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		b.write("a.go", "two")
		b.event("a.go")
		time.Sleep(30 * time.Millisecond)
		b.event("a.go")
		b.fires(quiet)
		time.Sleep(10 * time.Second)
		b.silent("one save is one change")
	})
}

func TestLongBurstIsReportedInTime(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		began := time.Now()
		go func() {
			for i := range 30 { // 600 ms
				b.write("a.go", fmt.Sprint(i))
				b.event("a.go")
				time.Sleep(20 * time.Millisecond)
			}
		}()
		b.changed()
		require.Equal(t, patience, time.Since(began))
		b.changed()
		require.LessOrEqual(t, time.Since(began), 2*patience+20*time.Millisecond)
		time.Sleep(time.Second) // the rest
	})
}

func TestSameContentIsNoChange(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		b.write("a.go", "one")
		b.event("a.go")
		b.write("sub/b.go", "two")
		b.event("sub/b.go")
		b.write("sub/b.go", "one")
		b.event("sub/b.go")
		time.Sleep(10 * time.Second)
		b.silent("nothing is different")
	})
}

func TestWhatEditorsLeaveIsNoChange(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		for _, name := range []string{
			"4913", "a.go~", ".a.go.swp", ".#a.go", "#a.go#", "a.go___jb_tmp___", "README.md",
			".git/x.go", "_old/x.go", "testdata/x.go", "_x.go", ".x.go", "sub/c.txt",
		} {
			b.write(name, "x")
			b.event(name)
		}
		time.Sleep(10 * time.Second)
		b.silent("no Go file was saved")
	})
}

func TestConcerns(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "new"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(folder, ".git"), 0o755))
	files := &tree{folders: map[string]bool{filepath.Join(folder, "removed"): true}}
	for name, want := range map[string]bool{
		"a.go": true, "a_test.go": true, "new": true, "removed": true,
		"4913": false, "a.go~": false, ".a.go.swp": false, ".#a.go": false, "#a.go#": false,
		"a.go___jb_tmp___": false, "README.md": false, ".git": false, "_a.go": false,
	} {
		require.Equal(t, want, files.concerns(filepath.Join(folder, name)), name)
	}
}

func TestEverySaveCounts(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		b.write("a.go", "two")
		b.event("a.go")
		b.fires(quiet)
		b.write("a.go", "three") // after the change was received
		b.event("a.go")
		b.fires(quiet)

		b.write("a.go", "four")
		b.event("a.go")
		time.Sleep(time.Second)
		b.write("a.go", "five") // before it is received: one for both
		b.event("a.go")
		time.Sleep(time.Second)
		b.changed()
		b.silent("one for both")

		b.write("sub/new.go", "x")
		b.event("sub/new.go")
		b.fires(quiet)
		require.NoError(t, os.Remove(filepath.Join(b.folder, "sub", "new.go")))
		b.event("sub/new.go")
		b.fires(quiet)
	})
}

func TestMissedEventsAreMadeGood(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		b.write("a.go", "two")
		b.fires(safetyNet + quiet)
		b.write("a.go", "three")
		b.errors <- fsnotify.ErrEventOverflow
		b.fires(quiet)
	})
}

func TestNewFoldersAreWatched(t *testing.T) {
	onBench(t, nil, func(b *bench) {
		root := b.w.files.roots[0]
		require.Equal(t, []string{root, filepath.Join(root, "sub")}, b.added)
		b.write("new/deep/c.go", "x")
		b.event("new")
		b.fires(quiet)
		require.Equal(t, []string{root, filepath.Join(root, "sub"), filepath.Join(root, "new"), filepath.Join(root, "new", "deep")}, b.added)
		require.NoError(t, os.RemoveAll(filepath.Join(root, "new")))
		b.event("new")
		b.fires(quiet)
	})
}

func TestPollingAlone(t *testing.T) {
	t.Run("from the start", func(t *testing.T) {
		onBench(t, errors.New("too many open files"), func(b *bench) {
			require.Contains(t, b.w.Notice(), "too many open files")
			b.write("a.go", "two")
			b.fires(pollAlone + quiet)
		})
	})
	t.Run("when watches run out", func(t *testing.T) {
		onBench(t, nil, func(b *bench) {
			require.Empty(t, b.w.Notice())
			b.fail = syscall.ENOSPC
			b.write("new/c.go", "x")
			b.event("new")
			b.fires(quiet)
			require.Contains(t, b.w.Notice(), syscall.ENOSPC.Error())
			b.write("a.go", "two")
			time.Sleep(pollAlone + safetyNet)
			b.changed()
		})
	})
	t.Run("when events end", func(t *testing.T) {
		onBench(t, nil, func(b *bench) {
			close(b.events)
			b.write("a.go", "two")
			time.Sleep(pollAlone + safetyNet)
			b.changed()
			require.NotEmpty(t, b.w.Notice())
		})
	})
	t.Run("not because a folder has gone", func(t *testing.T) {
		onBench(t, nil, func(b *bench) {
			b.fail = os.ErrNotExist
			b.write("new/c.go", "x")
			b.event("new")
			b.fires(quiet)
			require.Empty(t, b.w.Notice())
		})
	})
}
