// Package regular reads files that somebody else has put there: a learner, an
// editor, a check's process. What is no regular file is refused before it is
// opened, since a pipe without a writer is opened for ever and a device may
// have no end; and what is larger than expected is refused before it fills the
// memory.
package regular

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Largest is how many bytes a file has at most that people write by hand.
const Largest = 4 << 20

// An Error says that a file is not one that can be read.
type Error struct {
	Name string
	Why  string // "is a pipe, and no file that can be read"
}

func (e *Error) Error() string { return e.Name + " " + e.Why }

// ReadFile is [os.ReadFile] for a regular file of at most so many bytes, or a
// link to one. For anything else it returns an [*Error].
func ReadFile(name string, most int64) ([]byte, error) {
	return read(name, most, os.Stat, func(name string) (*os.File, error) {
		return os.OpenFile(name, os.O_RDONLY|nonblock, 0)
	})
}

// ReadIn is [ReadFile] for a file below a folder, where links that lead out of
// the folder are not followed.
func ReadIn(folder, name string, most int64) ([]byte, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return read(name, most, root.Stat, func(name string) (*os.File, error) {
		return root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	})
}

func read(name string, most int64, stat func(string) (fs.FileInfo, error), open func(string) (*os.File, error)) ([]byte, error) {
	info, err := stat(name)
	if err == nil {
		err = Check(name, info, most)
	}
	if err != nil {
		return nil, err
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// Somebody may have put something else in its place just now.
	if info, err = f.Stat(); err == nil {
		err = Check(name, info, most)
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, tooLarge(name, most)
	}
	return data, err
}

// Check returns an [*Error] unless info is about a regular file of at most so
// many bytes.
func Check(name string, info fs.FileInfo, most int64) error {
	if kind := kind(info.Mode()); kind != "" {
		return &Error{name, "is " + kind + ", and no file that can be read"}
	}
	if info.Size() > most {
		return tooLarge(name, most)
	}
	return nil
}

// kind says what it is that is no regular file.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeSymlink != 0:
		return "a link"
	}
	return "a device"
}

func tooLarge(name string, most int64) error {
	return &Error{name, fmt.Sprintf("is larger than %d MB", most>>20)}
}
