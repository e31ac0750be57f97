package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	gibibyte  = 1 << 30
	leastFree = 2 * gibibyte
)

// disk looks for room where the go command and the workshop write.
func (o Options) disk(ctx context.Context) []Finding {
	paths := []string{os.TempDir(), o.Root}
	if out, err := o.Go(ctx, o.Root, nil, "env", "GOCACHE", "GOMODCACHE"); err == nil {
		for line := range strings.Lines(out) {
			paths = append(paths, strings.TrimSpace(line))
		}
	}
	least, where := uint64(1<<64-1), ""
	for _, path := range paths {
		free, err := o.FreeSpace(existing(path))
		if err != nil {
			continue // not known here: nothing is said of it
		}
		if free < least {
			least, where = free, path
		}
	}
	if where == "" {
		return nil
	}
	f := Finding{Name: "disk", Says: fmt.Sprintf("%.1f GiB free for %s", float64(least)/gibibyte, where)}
	if least < leastFree {
		f.Level = Warn
		f.Do = "make room there, up to 2 GiB: modules, compiled packages and programs need about half of that"
	}
	return []Finding{f}
}

// existing returns path, or the nearest folder above it that exists.
func existing(path string) string {
	for {
		_, err := os.Stat(path)
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}
