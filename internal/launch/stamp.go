package launch

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// binaryName returns the name of the program that is built from the sources of
// root as they are now. It says names, sizes and times of those, so that a
// program whose file is there is never out of date, and nothing has to be
// remembered or replaced.
func (p program) binaryName(root string) (string, error) {
	h := fnv.New128a() // nobody forges it: who writes here can write the program
	add := func(name string, info fs.FileInfo) {
		_, _ = fmt.Fprintf(h, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano()) // a hash takes everything
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		add(name, info)
	}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case d.IsDir(), strings.HasSuffix(name, "_test.go"):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		add(relative, info)
		return nil
	})
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s%s-%s-%x", p.prefix(), runtime.GOOS, runtime.GOARCH, h.Sum(nil))
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name, nil
}
