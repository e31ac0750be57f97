package grader

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A sealed binary holds the checks of a step, and is run by one check after
// the other. Each runs a name of its own for it (a hard link), so that one that
// removes or replaces its own program takes nobody else's; the file can't be
// written to while it runs, on most systems; and before each start it is still
// the one that was built, says what the system knows of it.
type sealed struct {
	binary string
	built  os.FileInfo
}

// seal makes binary read-only, and remembers what it is.
func seal(binary string) (sealed, error) {
	s := sealed{binary: binary}
	err := os.Chmod(binary, 0o555)
	if err == nil {
		s.built, err = os.Lstat(binary)
	}
	if err != nil {
		return s, fmt.Errorf("find the checks' program: %w", err)
	}
	_ = os.SameFile(s.built, s.built) // Windows asks for what tells files apart now
	return s, nil
}

// errReplaced is how a check ends whose program is gone.
var errReplaced = errors.New("the program that the checks are built into was removed or replaced while they ran: does your code write to os.Args[0]?")

// program returns the file to run for a check, whose folder is dir. On systems
// and disks without hard links that is the one file for all.
func (s sealed) program(dir string) (string, error) {
	name := filepath.Join(dir, filepath.Base(s.binary))
	if os.Link(s.binary, name) != nil {
		name = s.binary
	}
	now, err := os.Lstat(name)
	if err != nil || !os.SameFile(now, s.built) || now.Size() != s.built.Size() || !now.ModTime().Equal(s.built.ModTime()) {
		return "", errReplaced
	}
	return name, nil
}
