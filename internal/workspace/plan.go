package workspace

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"otel.workshop/internal/variant"
)

// An edit is the replacement or the removal of one file.
type edit struct {
	rel    string
	old    item // what is there, when existed
	new    []byte
	remove bool

	existed            bool
	staged, undo, path string // the new content; a copy of the old; where it goes
}

// plan returns what has to change, sorted by name, or what stands in the way.
func plan(s snapshot, files variant.Files) ([]edit, error) {
	var edits []edit
	wanted := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(files)) {
		rel := filepath.FromSlash(key)
		if !filepath.IsLocal(rel) || filepath.Ext(rel) != ".go" {
			return nil, fmt.Errorf("%q is no Go file of a step", key)
		}
		wanted[rel] = true
		old, exists := s.items[rel]
		if exists && old.mode.IsDir() {
			return nil, fmt.Errorf("%s is a folder: move it away first; nothing was changed", key)
		}
		for parent := filepath.Dir(rel); parent != "."; parent = filepath.Dir(parent) {
			if it, exists := s.items[parent]; exists && !it.mode.IsDir() {
				return nil, fmt.Errorf("%s is not a folder: move it away first, as files are written into the workshop only; nothing was changed", parent)
			}
		}
		if exists && old.mode.IsRegular() && string(variant.LF(old.data)) == string(variant.LF(files[key])) {
			continue
		}
		edits = append(edits, edit{rel: rel, old: old, existed: exists, new: files[key]})
	}
	for _, rel := range s.paths {
		if it := s.items[rel]; !it.mode.IsDir() && !wanted[rel] && isSource(rel) {
			edits = append(edits, edit{rel: rel, old: it, existed: true, remove: true})
		}
	}
	return edits, nil
}

// isSource reports whether the go command would look at the file.
func isSource(rel string) bool {
	elements := strings.Split(filepath.ToSlash(rel), "/")
	for i, name := range elements {
		if variant.Ignored(name, i < len(elements)-1) {
			return false
		}
	}
	return filepath.Ext(rel) == ".go"
}
