package variant

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads all variants of broken/, sorted by step, then by name. Names are
// unique across steps, except [Starter], so that one can be asked for by name
// alone. Any variant that does not parse is an error.
func Load(root string) ([]Variant, error) {
	vs, err := load(root, "broken/*/*.diff")
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, v := range vs {
		if other, twice := seen[v.Name]; twice && v.Name != Starter {
			return nil, fmt.Errorf("variants %s and %s have one name: rename one of them", other, v.Path)
		}
		seen[v.Name] = v.Path
	}
	return vs, nil
}

// LoadDir reads the variants of one folder, given relative to root, such as
// "solutions/01-minimal/alternatives", sorted by name. A folder that does not
// exist has none.
func LoadDir(root, dir string) ([]Variant, error) {
	return load(root, path.Join(filepath.ToSlash(dir), "*.diff"))
}

func load(root, pattern string) ([]Variant, error) {
	names, err := fs.Glob(os.DirFS(root), pattern)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", pattern, err)
	}
	var vs []Variant
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("read variant: %w", err)
		}
		v, err := Parse(name, data)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	slices.SortFunc(vs, func(a, b Variant) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Name, b.Name))
	})
	return vs, nil
}

// Finding returns what the checker says of a variant, as the learner reads it:
// the golden that stands beside its diff, below root. "" when there is none.
func (v Variant) Finding(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(strings.TrimSuffix(v.Path, ".diff")+".golden")))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what the checker says of %s: %w", v.Name, err)
	}
	return strings.TrimSpace(string(LF(text))), nil
}
