package conventions

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// exportFiles returns, for packages of other modules and the solutions of other
// steps, where the build cache has their compiled form. The go command needs a
// fifth of a second to say so, so its answer is kept in .workshop for as long as
// neither the imports, nor the solutions, nor go.sum, nor Go's version change.
func exportFiles(s *sources, paths []string) (map[string]string, error) {
	sums, err := os.ReadFile(filepath.Join(s.root, "go.sum"))
	if err != nil {
		return nil, fmt.Errorf("read go.sum: %w", err)
	}
	for _, path := range paths {
		dir, ok := strings.CutPrefix(path, module)
		if !ok {
			continue
		}
		files, err := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(dir), "*.go"))
		if err != nil {
			return nil, fmt.Errorf("list the files of %s: %w", path, err)
		}
		for _, name := range files {
			if info, err := os.Stat(name); err == nil {
				sums = fmt.Appendf(sums, "%s %d %s\n", name, info.Size(), info.ModTime())
			}
		}
	}
	key := sha256.Sum256(fmt.Appendf(sums, "%s %q", runtime.Version(), paths))
	kept := filepath.Join(s.root, ".workshop", "exports", hex.EncodeToString(key[:8])+".json")
	exports := make(map[string]string)
	if data, err := os.ReadFile(kept); err == nil && json.Unmarshal(data, &exports) == nil && allThere(exports, paths) {
		return exports, nil
	}

	out, err := s.goCommand("list", append([]string{"-export", "-f", "{{.ImportPath}}={{.Export}}"}, paths...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("list what the step imports: %w", err)
	}
	clear(exports)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if path, export, ok := strings.Cut(lines.Text(), "="); ok {
			exports[path] = export
		}
	}
	keep(kept, exports)
	return exports, nil
}

// allThere reports whether every package has a file; the build cache forgets.
func allThere(exports map[string]string, paths []string) bool {
	for _, path := range paths {
		if _, err := os.Stat(exports[path]); err != nil {
			return false
		}
	}
	return true
}

// keep writes the answer for the next time. Where that is not possible, the
// next time takes a little longer.
func keep(name string, exports map[string]string) {
	data, err := json.Marshal(exports)
	if err != nil || os.MkdirAll(filepath.Dir(name), 0o777) != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "new-")
	if err != nil {
		return
	}
	_, err = tmp.Write(data)
	if tmp.Close() == nil && err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // half a file helps nobody
	}
}
