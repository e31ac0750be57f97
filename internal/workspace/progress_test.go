package workspace

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProgress(t *testing.T) {
	w := checkout(t)
	p, err := w.LoadProgress()
	require.NoError(t, err)
	require.Empty(t, p.Notice)
	require.NoDirExists(t, filepath.Join(w.Root, ".workshop"), "reading makes nothing")

	key := CheckKey(step, "service-name")
	require.Equal(t, "01-minimal/service-name", key)
	p.Results[key] = Result{Outcome: "pass", Sources: "abc", At: time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)}
	p.Hints[key] = 2
	require.NoError(t, w.SaveProgress(p))
	again, err := w.LoadProgress()
	require.NoError(t, err)
	require.Equal(t, p, again)
}

func TestDamagedProgressIsSetAside(t *testing.T) {
	for _, text := range []string{"", "{", `{"results": 7}`, `{"hints": {"a": "b"}}`, `{"results": null}`, "\x00\x00\x00", "[]"} {
		w := checkout(t)
		write(t, w.Root, ".workshop/progress.json", text)
		p, err := w.LoadProgress()
		require.NoError(t, err, text)
		aside := filepath.Join(w.Root, ".workshop", "progress.json.damaged")
		require.Contains(t, p.Notice, aside)
		require.NotNil(t, p.Results)
		require.NotNil(t, p.Hints)
		require.Empty(t, p.Results)
		require.Equal(t, text, read(t, w.Root, ".workshop/progress.json.damaged"))

		p, err = w.UpdateProgress(func(p *Progress) { p.Hints["a"]++ })
		require.NoError(t, err)
		require.Empty(t, p.Notice, "said once")
	}
}

func TestDamagedProgressOnAReadOnlyDisk(t *testing.T) {
	w := checkout(t)
	write(t, w.Root, ".workshop/progress.json", "{")
	w.disk = &faultyDisk{disk: realDisk{}, times: -1}
	p, err := w.LoadProgress()
	require.NoError(t, err)
	require.Contains(t, p.Notice, "is damaged")
}

func TestSaveProgressOnAFullDisk(t *testing.T) {
	for _, only := range []string{"create", "rename"} {
		w := checkout(t)
		p := newProgress()
		p.Hints["a"] = 1
		require.NoError(t, w.SaveProgress(p))
		full := w
		full.disk = &faultyDisk{disk: realDisk{}, times: -1, only: only}
		p.Hints["a"] = 2
		require.ErrorIs(t, full.SaveProgress(p), errFull)
		p, err := w.LoadProgress()
		require.NoError(t, err)
		require.Equal(t, 1, p.Hints["a"], "what was saved before stays")
		entries, err := os.ReadDir(filepath.Join(w.Root, ".workshop"))
		require.NoError(t, err)
		require.Len(t, entries, 1, "nothing temporary is left")
	}
}

func TestProgressOfSeveralAtOnce(t *testing.T) {
	w := checkout(t)
	const writers, each = 8, 5
	var wg sync.WaitGroup
	errs := make(chan error, 2*writers*each)
	for i := range writers {
		wg.Go(func() {
			for range each {
				_, err := w.UpdateProgress(func(p *Progress) {
					p.Hints["shared"]++
					p.Results[strconv.Itoa(i)] = Result{Outcome: "pass"}
				})
				errs <- err
			}
		})
		wg.Go(func() {
			for range each {
				p, err := w.LoadProgress()
				if err == nil && p.Notice != "" {
					err = os.ErrInvalid
				}
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	p, err := w.LoadProgress()
	require.NoError(t, err)
	require.Equal(t, writers*each, p.Hints["shared"])
	require.Len(t, p.Results, writers)
}
