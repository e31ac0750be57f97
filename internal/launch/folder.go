package launch

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
)

// A folder is where programs are built, and stay.
type folder string

func (f folder) file(name string) string { return filepath.Join(string(f), name) }

// folders returns where the programs of root may be, the best place first: what
// is below .workshop goes with the checkout, but that may be read-only.
func folders(root string) []folder {
	all := []folder{folder(filepath.Join(root, ".workshop", "bin"))}
	if cache, err := os.UserCacheDir(); err == nil {
		h := fnv.New64a()
		_, _ = h.Write([]byte(root)) // a hash takes everything
		all = append(all, folder(filepath.Join(cache, module, fmt.Sprintf("%x", h.Sum64()))))
	}
	return all
}

// scratch makes a folder for one build of a program. It lies beside the result, which is then
// renamed and never copied; and whatever a build that was killed leaves behind,
// the next one finds.
func (f folder) scratch(p program) (string, error) {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(string(f), p.scratchPrefix())
}

// leftovers returns what earlier builds of a program have made here.
func (f folder) leftovers(p program) []string {
	entries, _ := os.ReadDir(string(f)) // where nothing can be read, nothing can be cleared
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), p.prefix()) || strings.HasPrefix(e.Name(), p.scratchPrefix()) {
			names = append(names, f.file(e.Name()))
		}
	}
	return names
}

// clearAway removes names. What is still running stays on Windows, until next time.
func clearAway(names []string) {
	for _, name := range names {
		_ = os.RemoveAll(name)
	}
}
