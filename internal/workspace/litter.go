package workspace

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// litterAge is how old a temporary file is at least that no running process
// still wants: they exist for milliseconds.
const litterAge = time.Minute

// Tidy removes temporary files that a process has left which was killed: what
// Replace stages in a step's folder, and what is written below .workshop before
// it gets its name. Each is a copy of what is elsewhere. What can't be removed
// stays for the next time.
func (w Workspace) Tidy() {
	if len(w.litter()) == 0 {
		return
	}
	unlock, err := w.lock() // whoever is at work holds it
	if err != nil {
		return
	}
	defer unlock()
	for _, name := range w.litter() {
		_ = os.Remove(name)
	}
}

// litter lists what Tidy removes.
func (w Workspace) litter() []string {
	now := time.Now()
	if w.now != nil {
		now = w.now()
	}
	var names []string
	look := func(name string, d fs.DirEntry) {
		info, err := d.Info()
		if err == nil && !d.IsDir() && now.Sub(info.ModTime()) > litterAge {
			names = append(names, name)
		}
	}
	_ = filepath.WalkDir(filepath.Join(w.Root, "steps"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && isStaged(d.Name()) {
			look(name, d)
		}
		return nil // what can't be read is passed over
	})
	state := filepath.Join(w.Root, ".workshop")
	for dir, prefixes := range map[string][]string{
		state:                           {".probe-", ".progress-", ".room-"},
		filepath.Join(state, "overlay"): {".new-"},
		filepath.Join(state, "linked"):  {".new-"},
	} {
		entries, _ := os.ReadDir(dir)
		for _, d := range entries {
			for _, prefix := range prefixes {
				if strings.HasPrefix(d.Name(), prefix) {
					look(filepath.Join(dir, d.Name()), d)
				}
			}
		}
	}
	return names
}

// isStaged reports whether Replace gives such names to what it stages.
func isStaged(name string) bool {
	return strings.HasPrefix(name, tempPrefix) && (strings.HasSuffix(name, ".old") || strings.HasSuffix(name, ".new"))
}
