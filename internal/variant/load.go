package variant

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
		v, err := Read(root, name)
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

// Read reads one variant, given relative to root. What it has parsed before it
// does not parse again: whoever asks for one often asks for all, hundreds of
// times. Safe for concurrent use; what it returns is shared, and not to be
// changed.
func Read(root, name string) (Variant, error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return Variant{}, fmt.Errorf("read variant: %w", err)
	}
	if v, ok := parsed.Load(name); ok && bytes.Equal(v.(reading).data, data) {
		return v.(reading).Variant, nil
	}
	v, err := Parse(name, data)
	if err == nil {
		parsed.Store(name, reading{v, data})
	}
	return v, err
}

// parsed is what Read has parsed last, by name.
var parsed sync.Map

type reading struct {
	Variant
	data []byte
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
