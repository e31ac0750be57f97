// Package workspace is the learner's checkout: where it is, which files of a
// step are theirs, and what is known of their progress. It is the only package
// that writes into steps/, and it does so after a backup that it has read back.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"otel.workshop/internal/regular"
	"otel.workshop/internal/variant"
)

// A Workspace is one checkout of the workshop. Several processes may use one
// at the same time.
type Workspace struct {
	Root string // the absolute path of the folder with go.mod

	disk disk             // what writes; nil is the real one
	now  func() time.Time // nil is time.Now
}

var stepName = regexp.MustCompile(`^[0-9]{2}-[a-z0-9-]+$`)

var modulePath = regexp.MustCompile(`(?m)^module[ \t]+"?` + regexp.QuoteMeta(variant.Module) + `"?[ \t\r]*(//.*)?$`)

// Find returns the workspace that dir lies in.
func Find(dir string) (Workspace, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return Workspace{}, fmt.Errorf("find the workshop: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		data, err := regular.ReadFile(filepath.Join(dir, "go.mod"), regular.Largest)
		switch {
		case err == nil && modulePath.Match(data):
			return Workspace{Root: dir}, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !isDir(filepath.Join(dir, "go.mod")):
			return Workspace{}, fmt.Errorf("find the workshop: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return Workspace{}, fmt.Errorf("%s is not inside the workshop: cd into the folder that git clone made, the one whose go.mod says %q", start, "module "+variant.Module)
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Steps returns the names of the steps, in order: the folders of steps/.
func (w Workspace) Steps() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(w.Root, "steps"))
	if err != nil {
		return nil, fmt.Errorf("list the steps: %w (git restore steps brings them back)", err)
	}
	var steps []string
	for _, e := range entries {
		if e.IsDir() && stepName.MatchString(e.Name()) {
			steps = append(steps, e.Name())
		}
	}
	return steps, nil
}

// StateDir returns the folder .workshop of the checkout, made when needed, in
// which results and backups are kept. Git ignores it.
func (w Workspace) StateDir() (string, error) {
	dir := filepath.Join(w.Root, ".workshop")
	err := w.writer().mkdirAll(dir)
	if err == nil {
		err = w.writer().probe(dir)
	}
	switch {
	case err == nil:
		return dir, nil
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("cannot write into %s: make it and the checkout around it yours (on Linux and macOS: sudo chown -R \"$USER\" %s; chmod -R u+rwX %s), or clone into a folder that is: %w", dir, quote(w.Root), quote(dir), err)
	case errors.Is(err, syscall.EROFS):
		return "", fmt.Errorf("cannot write into %s: clone the workshop onto a disk that can be written to: %w", w.Root, err)
	case !isDir(dir):
		return "", fmt.Errorf("cannot make the folder %s: delete the file of that name, if there is one: %w", dir, err)
	}
	return "", fmt.Errorf("cannot write into %s: %w", dir, err)
}

// quote makes a path safe to paste into a shell.
func quote(path string) string {
	if strings.ContainsAny(path, " '\"$`\\()&;") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// dir returns the folder of a step's files.
func (w Workspace) dir(step string) string { return filepath.Join(w.Root, "steps", step) }

// checkStep returns an error that lists the steps unless step is one.
func (w Workspace) checkStep(step string) error {
	if stepName.MatchString(step) && isDir(filepath.Join(w.Root, "solutions", step)) {
		return nil // its folder in steps/ may be gone: that is what reset is for
	}
	steps, err := w.Steps()
	if err != nil {
		return err
	}
	if slices.Contains(steps, step) {
		return nil
	}
	return fmt.Errorf("there is no step %q; there are: %s", step, strings.Join(steps, ", "))
}
