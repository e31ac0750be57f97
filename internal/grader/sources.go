package grader

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"

	"otel.workshop/internal/regular"
	"otel.workshop/internal/variant"
)

// Sources returns a hash of what a verdict on a step depends on: the step's
// files, its checks, and what the checks share. It reads them in this process,
// which is also what makes go test see that a cached result is out of date.
func Sources(root, step string) (string, error) {
	h := sha256.New()
	for _, dir := range []string{"steps/" + step, "checker"} {
		entries, err := variant.Entries(filepath.Join(root, filepath.FromSlash(dir)))
		for _, e := range entries {
			if err == nil {
				err = sum(h, dir+"/"+e.Key, e)
			}
		}
		if err != nil {
			return "", fmt.Errorf("read the sources of %s: %w", step, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// sum adds a file to a hash. Of one that is too large to be anybody's source,
// size and age have to do.
func sum(h io.Writer, name string, e variant.Entry) error {
	switch {
	case e.Dangling(), !e.Compiled() && !e.Info.Mode().IsRegular():
		fmt.Fprintf(h, "%s is no file\n", name)
		return nil
	case !e.Compiled() && e.Info.Size() > regular.Largest:
		fmt.Fprintf(h, "%s %d %v\n", name, e.Info.Size(), e.Info.ModTime())
		return nil
	}
	data, err := e.Read()
	fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
	return err
}
