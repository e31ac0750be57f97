package watch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"otel.workshop/internal/regular"
)

var errClosed = errors.New("the stream of events has ended")

// A sum stands for the names and the content of all watched files.
type sum [sha256.Size]byte

// A tree is the Go files below some folders.
type tree struct {
	roots   []string
	folders map[string]bool // those that the last look has seen
}

func newTree(folders []string) (*tree, error) {
	t := &tree{folders: map[string]bool{}}
	for _, folder := range folders {
		root, err := filepath.Abs(folder)
		if err == nil {
			// Walks don't follow links, and temporary folders are one on macOS.
			root, err = filepath.EvalSymlinks(root)
		}
		if err != nil {
			return nil, fmt.Errorf("watch %s: %w", folder, err)
		}
		t.roots = append(t.roots, root)
	}
	return t, nil
}

// look reads the files and returns their sum. Each folder is announced to
// enter, unless that is nil, before it is read. What cannot be read counts as
// such: when it can be again, the sum is another one.
func (t *tree) look(enter func(folder string)) sum {
	clear(t.folders)
	h := sha256.New()
	for _, root := range t.roots {
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil: // gone between two steps of the walk, or unreadable
				fmt.Fprintf(h, "%q unreadable\n", path)
			case path != root && ignored(d.Name()):
				if d.IsDir() {
					return fs.SkipDir
				}
			case d.IsDir():
				t.folders[path] = true
				if enter != nil {
					enter(path)
				}
			case isGo(d.Name()):
				content, err := contentSum(path)
				if err != nil {
					fmt.Fprintf(h, "%q unreadable\n", path)
					return nil
				}
				fmt.Fprintf(h, "%q %x\n", path, content)
			}
			return nil
		})
	}
	return sum(h.Sum(nil))
}

// concerns reports whether an event at path may be about a Go file: about one,
// or about a folder that holds some. Editors' own files are not.
func (t *tree) concerns(path string) bool {
	name := filepath.Base(path)
	if t.folders[path] {
		return true
	}
	if ignored(name) {
		return false
	}
	if isGo(name) {
		return true
	}
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

func isGo(name string) bool { return strings.HasSuffix(name, ".go") }

// ignored reports whether the go command would pass over a file or folder of
// this name; Emacs' lock files (.#server.go) are among them.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"
}

// gone reports whether err only says that a folder is not there any more, or
// not for us.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}

func contentSum(path string) ([]byte, error) {
	data, err := regular.ReadFile(path, regular.Largest)
	h := sha256.Sum256(data)
	return h[:], err
}
