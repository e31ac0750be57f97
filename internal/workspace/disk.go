package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/robustio"
)

// A disk is everything in this package that changes files, in one place so
// that a test can let it fail at any step.
type disk interface {
	mkdir(path string) error // fails when it exists
	mkdirAll(path string) error
	probe(dir string) error // fails unless a file can be made in dir
	// create writes a file that must not exist yet, with exactly that mode,
	// and returns when it is on the disk. On error nothing is left of it.
	create(path string, data []byte, mode fs.FileMode) error
	symlink(target, path string) error
	chmod(path string, mode fs.FileMode) error
	rename(from, to string) error // replaces to
	remove(path string) error
	sync(dir string) // makes names durable, where the system can
}

func (w Workspace) writer() disk {
	if w.disk != nil {
		return w.disk
	}
	return realDisk{}
}

type realDisk struct{}

func (realDisk) mkdir(path string) error           { return os.Mkdir(path, 0o777) }
func (realDisk) mkdirAll(path string) error        { return os.MkdirAll(path, 0o777) }
func (realDisk) symlink(target, path string) error { return os.Symlink(target, path) }
func (realDisk) rename(from, to string) error      { return robustio.Rename(from, to) }
func (realDisk) remove(path string) error          { return os.Remove(path) }

func (realDisk) chmod(path string, mode fs.FileMode) error { return os.Chmod(path, mode) }

func (realDisk) probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (realDisk) create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Chmod(path, mode.Perm()) // after writing: it may be read-only, and umask has no say
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func (realDisk) sync(dir string) {
	// Windows can't sync a folder, and some file systems won't; the files
	// themselves are synced.
	if f, err := os.Open(filepath.Clean(dir)); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
