package variant

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/rogpeppe/go-internal/robustio"
)

// overlay is what go build -overlay reads. Root is ours; the go command passes
// over what it doesn't know.
type overlay struct {
	Root    string            `json:"Root"`
	Replace map[string]string `json:"Replace"`
}

// ForStep returns the replacements that grade files in the place of
// steps/STEP, for [WriteOverlay]. The files are given as the solution has
// them. Whatever else the step's folder holds for the compiler, tests
// included, is hidden, so that nothing of the learner's reaches the verdict.
func ForStep(root, step string, files Files) (map[string][]byte, error) {
	return replacements(root, path.Join("steps", step), AsStep(step, files))
}

// Hidden returns the replacements that keep links which lead nowhere from the
// go command, for [WriteOverlay]. It would fail on them. What it would read and
// never come to the end of is an error.
func Hidden(root, step string) (map[string][]byte, error) {
	dir := path.Join("steps", step)
	entries, err := Entries(filepath.Join(root, filepath.FromSlash(dir)))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	replace := map[string][]byte{}
	for _, e := range entries {
		if !e.Compiled() {
			continue
		}
		if e.Dangling() {
			replace[path.Join(dir, e.Key)] = nil
		} else if err := e.Check(); err != nil {
			return nil, fmt.Errorf("read %s: %w", dir, err)
		}
	}
	return replace, nil
}

// ForSolution returns the replacements that build files in the place of
// solutions/STEP: to run a variant as the service that it is. See [ForStep].
func ForSolution(root, step string, files Files) (map[string][]byte, error) {
	return replacements(root, path.Join("solutions", step), files)
}

func replacements(root, dir string, files Files) (map[string][]byte, error) {
	replace := map[string][]byte{}
	entries, err := Entries(filepath.Join(root, filepath.FromSlash(dir)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	for _, e := range entries {
		if e.Compiled() {
			replace[path.Join(dir, e.Key)] = nil
		}
	}
	for key, data := range files {
		// nil would hide the file.
		replace[path.Join(dir, key)] = append([]byte{}, data...)
	}
	return replace, nil
}

// WriteOverlay writes an overlay for the go command into dir, which it makes
// when needed, and returns the file for go build -overlay. The keys of replace
// are files of the module, absolute or relative to root; a nil value hides the
// file. Everything written is named by a hash of what it replaces and holds,
// or the go command would compile it anew each time; so any number of
// processes may share dir, and files that are no longer wanted stay until dir
// is deleted.
func WriteOverlay(dir string, replace map[string][]byte, root string) (jsonPath string, err error) {
	o := overlay{Replace: map[string]string{}}
	if o.Root, err = filepath.Abs(root); err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	for name, data := range replace {
		name = filepath.FromSlash(name)
		if !filepath.IsAbs(name) {
			name = filepath.Join(o.Root, name)
		}
		if data == nil {
			o.Replace[name] = "" // the go command then takes the file for deleted
			continue
		}
		rel, err := filepath.Rel(o.Root, name)
		if err != nil {
			return "", fmt.Errorf("write overlay: %w", err)
		}
		// With its name in the hash, a backing file stands for one file alone
		// and MapBack can tell two equal ones apart.
		backing := filepath.Join(dir, hashName(filepath.ToSlash(rel)+"\n", data)+".go")
		if err := writeOnce(backing, data); err != nil {
			return "", fmt.Errorf("write overlay: %w", err)
		}
		o.Replace[name] = backing
	}
	text, err := json.MarshalIndent(o, "", "\t")
	if err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	jsonPath = filepath.Join(dir, hashName("", text)+".json")
	if err := writeOnce(jsonPath, text); err != nil {
		return "", fmt.Errorf("write overlay: %w", err)
	}
	return jsonPath, nil
}

func hashName(prefix string, data []byte) string {
	h := sha256.New()
	h.Write([]byte(prefix))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// writeOnce makes a file whose name implies its content. Another process may
// do the same at the same time; a file cut short by a crash is written again.
func writeOnce(name string, data []byte) error {
	if old, err := robustio.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = robustio.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
