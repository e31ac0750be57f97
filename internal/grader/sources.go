package grader

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"otel.workshop/internal/variant"
)

// Sources returns a hash of what a verdict on a step depends on: the step's
// Go files, its checks, and what the checks share. It reads them in this process,
// which is also what makes go test see that a cached result is out of date.
func Sources(root, step string) (string, error) {
	h := sha256.New()
	for _, dir := range []string{"steps/" + step, "checker"} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || variant.Ignored(d.Name(), false) {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "%s %d\n%s", filepath.ToSlash(rel), len(data), data)
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("read the sources of %s: %w", step, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
