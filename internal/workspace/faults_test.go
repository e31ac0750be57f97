package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever fails, and whenever, nothing of the learner's is lost.
func TestReplaceOnAFailingDisk(t *testing.T) {
	for _, only := range []string{"", "rename"} {
		for _, times := range []int{1, -1} {
			failures, undone, stuck := 0, 0, 0
			for n := 0; ; n++ {
				w := checkout(t)
				dir := untidy(t, w)
				before := tree(t, dir)
				disk := &faultyDisk{disk: quickDisk{}, n: n, times: times, only: only}
				w.disk = disk

				b, err := w.Break("unknown-service")
				if err == nil {
					require.Equal(t, before, tree(t, b.Path))
					break // n exceeds the number of changes
				}
				failures++
				require.ErrorIs(t, err, errFull)
				after := tree(t, dir)
				switch {
				case b.Path == "":
					require.Equal(t, before, after, "%s %d: %v", only, n, disk.calls)
					half, err := filepath.Glob(filepath.Join(w.Root, ".workshop", "backups", step, "*"))
					require.NoError(t, err)
					require.Empty(t, half)
				default:
					require.Equal(t, before, tree(t, b.Path), "the backup is whole")
					require.ErrorContains(t, err, b.Path)
					if strings.Contains(err.Error(), "your files are as they were") {
						undone++
						require.Equal(t, before, after, "%s %d: %v", only, n, disk.calls)
					} else {
						stuck++
						require.ErrorContains(t, err, "copy your files back by hand")
						require.Equal(t, -1, times, "one failure is always undone: %v", disk.calls)
					}
				}
			}
			require.Positive(t, undone)
			require.Equal(t, times < 0, stuck > 0)
			t.Logf("%q fails %d times: %d failures, %d put back, %d not", only, times, failures, undone, stuck)
		}
	}
}

// An editor that saves in the middle must not lose what it saved.
type savingDisk struct {
	realDisk
	save func()
	once sync.Once
}

func (d *savingDisk) rename(from, to string) error {
	d.once.Do(d.save)
	return d.realDisk.rename(from, to)
}

func TestReplaceNoticesAnEditorsSave(t *testing.T) {
	w := checkout(t)
	dir := untidy(t, w)
	before := tree(t, dir)
	// While the first file is renamed, the last one is saved.
	w.disk = &savingDisk{save: func() { write(t, dir, "sub/deep/x.go", "package deep // saved just now\n") }}
	b, err := w.Solve(step)
	require.ErrorContains(t, err, "has just been changed by another program: try again")
	require.Equal(t, before, tree(t, b.Path))
	after := tree(t, dir)
	require.Contains(t, after["sub/deep/x.go"], "saved just now")
	after["sub/deep/x.go"] = before["sub/deep/x.go"]
	require.Equal(t, before, after)
}

func TestBackupIsReadBack(t *testing.T) {
	w := checkout(t)
	dir := untidy(t, w)
	before := tree(t, dir)
	w.disk = &lyingDisk{}
	b, err := w.Solve(step)
	require.ErrorContains(t, err, "differs from the original when it is read back")
	require.Empty(t, b.Path)
	require.Equal(t, before, tree(t, dir))
}

// A lyingDisk loses the last byte.
type lyingDisk struct{ realDisk }

func (d *lyingDisk) create(path string, data []byte, mode os.FileMode) error {
	return d.realDisk.create(path, data[:max(0, len(data)-1)], mode)
}
