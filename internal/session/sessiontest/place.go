package sessiontest

import (
	"os"
	"path/filepath"
	"time"
)

// SamePlace makes a folder for a copy of the workshop, where the last run's was:
// the build cache knows packages by their paths. While another run has that, it
// makes one of another name; go test has ended a run long before an hour is
// over. The caller removes the folder.
func SamePlace(name string) (string, error) {
	dir := filepath.Join(os.TempDir(), name)
	if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
		_ = os.RemoveAll(dir)
	}
	if os.Mkdir(dir, 0o700) == nil {
		return dir, nil
	}
	return os.MkdirTemp("", name+"-")
}
