package variant

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"otel.workshop/internal/regular"
)

// An Entry is what lies under a name in a step's folder where the go command
// would look. It need not be a file that can be read.
type Entry struct {
	Key  string      // relative to the folder, with slashes
	Name string      // on the disk
	Info fs.FileInfo // of the file, or of what a link leads to; nil for a link that leads nowhere
}

// Entries lists what lies in a folder at any depth, but for what the go command
// passes over: see [Ignored]. Links to folders are left out as well, though dir
// itself may be one.
func Entries(dir string) ([]Entry, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == dir:
			return nil
		case Ignored(d.Name(), d.IsDir()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		e := Entry{Key: filepath.ToSlash(rel), Name: name}
		if e.Info, err = os.Stat(name); err != nil {
			e.Info = nil
		} else if e.Info.IsDir() {
			return nil // a link to a folder: the go command does not follow it
		}
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// Compiled reports whether the go command makes the file part of a package.
func (e Entry) Compiled() bool { return slices.Contains(compiled, path.Ext(e.Key)) }

// Dangling reports whether it is a link that leads nowhere, such as editors
// leave as locks. The go command can't do with one.
func (e Entry) Dangling() bool { return e.Info == nil }

// Check returns an error that says what to do when it is no file, or larger
// than people write by hand.
func (e Entry) Check() error { return advise(regular.Check(e.Name, e.Info, regular.Largest)) }

// Read returns the content of a file, and an error as [Entry.Check] does.
func (e Entry) Read() ([]byte, error) {
	data, err := regular.ReadFile(e.Name, regular.Largest)
	return data, advise(err)
}

func advise(err error) error {
	var no *regular.Error
	if errors.As(err, &no) {
		return fmt.Errorf("%w: delete it, or move it out of the step's folder", err)
	}
	return err
}

// compiled are the endings of the files that the go command makes part of a
// package, so that one which a learner left there could break a build.
var compiled = []string{".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx",
	".f", ".F", ".for", ".f90", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso"}
