package conventions

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// sources are the Go files of one step, as they are graded: when the grader
// puts others in their place, it names them in an -overlay file.
type sources struct {
	root    string // the module's root, with slashes
	dir     string // "steps/01-minimal"
	overlay string // the -overlay file, or ""
	replace map[string]string
	files   []file
}

type file struct {
	name    string // relative to the root, with slashes
	content []byte
}

// load reads the files of dir and of the folders in it. A check runs in its
// own package's folder, two levels below the root.
func load(dir string) (*sources, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return nil, fmt.Errorf("find the module's root: %w", err)
	}
	s := &sources{root: filepath.ToSlash(root), dir: dir, overlay: os.Getenv("WORKSHOP_OVERLAY")}
	if s.overlay != "" {
		data, err := os.ReadFile(s.overlay)
		if err != nil {
			return nil, fmt.Errorf("read the overlay: %w", err)
		}
		var o struct{ Replace map[string]string }
		if err := json.Unmarshal(data, &o); err != nil {
			return nil, fmt.Errorf("read the overlay: %w", err)
		}
		s.replace = make(map[string]string, len(o.Replace))
		for name, backing := range o.Replace {
			s.replace[filepath.ToSlash(name)] = backing
		}
	}
	names := make(map[string]bool)
	for _, pattern := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), pattern))
		if err != nil {
			return nil, fmt.Errorf("list the files of %s: %w", dir, err)
		}
		for _, name := range found {
			names[filepath.ToSlash(name)] = true
		}
	}
	for name := range s.replace {
		names[name] = strings.HasPrefix(name, s.root+"/"+dir+"/")
	}
	for name, ours := range names {
		backing, replaced := s.replace[name]
		if !ours || replaced && backing == "" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if !replaced {
			backing = name
		}
		content, err := os.ReadFile(backing)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		s.files = append(s.files, file{strings.TrimPrefix(name, s.root+"/"), content})
	}
	slices.SortFunc(s.files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return s, nil
}

// mapBack puts the real names in the place of an overlay's.
func (s *sources) mapBack(text string) string {
	for name, backing := range s.replace {
		if backing == "" {
			continue
		}
		rel := strings.TrimPrefix(name, s.root+"/")
		text = strings.ReplaceAll(text, backing, rel)
		if short, err := filepath.Rel(s.root, backing); err == nil {
			text = strings.ReplaceAll(text, short, rel)
		}
	}
	return text
}

// Go returns a go command in the module's root that sees the sources as they
// are graded. See [Check] for where it may be called.
func Go(verb string, args ...string) *exec.Cmd {
	s := &sources{root: "../..", overlay: os.Getenv("WORKSHOP_OVERLAY")}
	return s.goCommand(verb, args...)
}
