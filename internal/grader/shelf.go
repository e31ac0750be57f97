package grader

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rogpeppe/go-internal/robustio"

	"otel.workshop/internal/variant"
)

// A shelf is a folder of the user's cache in which batches keep the sources of
// what they compile, each version in a folder that is named by a hash of it.
// Whoever grades the same version again finds the compiler's work in the build
// cache, which goes by the folder too. Safe for concurrent use, by many
// processes.
type shelf struct{ dir string }

// kept is how long something stays on the shelf that nobody uses.
const kept = 5 * 24 * time.Hour

// openShelf returns the shelf, or one in the folder instead where the user has
// no cache that can be written to.
func openShelf(instead string) shelf {
	s := shelf{filepath.Join(instead, "shelf")}
	if cache, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(cache, "otel-workshop", "versions")
		if os.MkdirAll(dir, 0o700) == nil {
			s.dir = dir
		}
	}
	s.tidy()
	return s
}

// tidy removes what nobody has used for long. What can't be removed stays.
func (s shelf) tidy() {
	entries, _ := os.ReadDir(s.dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > kept {
			_ = os.RemoveAll(filepath.Join(s.dir, e.Name()))
		}
	}
}

// put puts files on the shelf, in the folder of that name, unless it is there.
// The name has to stand for what they hold.
func (s shelf) put(name string, files variant.Files) error {
	dir := filepath.Join(s.dir, name)
	now := time.Now()
	if os.Chtimes(dir, now, now) == nil {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	making, err := os.MkdirTemp(s.dir, ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(making) }() // has gone, if all is well
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := write(making, file, files[file]); err != nil {
			return err
		}
	}
	if err := robustio.Rename(making, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			return err
		}
	} // or somebody else was faster
	return nil
}
