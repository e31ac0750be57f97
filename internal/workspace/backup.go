package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"otel.workshop/internal/regular"
)

// stamp is a time as the name of a folder, on Windows too.
const stamp = "2006-01-02T15-04-05"

// A snapshot holds what a step's folder held when it was backed up, by path
// relative to it, in the order in which folders come before what is in them.
type snapshot struct {
	paths []string
	items map[string]item
}

// An item is a folder, a file with its data, or a symbolic link with its target.
type item struct {
	mode   fs.FileMode
	data   []byte
	target string
}

// equal compares kind and content. Not every file system keeps modes.
func (a item) equal(b item) bool {
	return a.mode.Type() == b.mode.Type() && a.target == b.target && bytes.Equal(a.data, b.data)
}

// largest is how many bytes a file of a step has at most: it is copied in the
// memory.
const largest = 64 << 20

// readItem reads what stands at path itself, without following a link. ok is
// false for pipes, sockets and devices, which have no content to keep.
func readItem(path string) (it item, ok bool, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return item{}, false, err
	}
	it.mode = info.Mode()
	switch {
	case it.mode.IsDir():
	case it.mode.IsRegular():
		it.data, err = regular.ReadFile(path, largest)
	case it.mode&fs.ModeSymlink != 0:
		it.target, err = os.Readlink(path)
	default:
		return item{}, false, nil
	}
	return it, err == nil, err
}

// takeSnapshot reads all of dir, except what an interrupted Replace may have
// left there. A dir that does not exist is an empty one.
func takeSnapshot(dir string) (snapshot, error) {
	s := snapshot{items: map[string]item{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == dir && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		if path == dir {
			return nil
		}
		if strings.HasPrefix(d.Name(), tempPrefix) {
			return nil
		}
		it, ok, err := readItem(path)
		if err != nil || !ok {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s.paths = append(s.paths, rel)
		s.items[rel] = it
		return nil
	})
	return s, err
}

// backUp writes a snapshot to a new folder below .workshop/backups/STEP, reads
// it back, and returns the folder. On error nothing is left of it.
func (w Workspace) backUp(step string, s snapshot) (string, error) {
	state, err := w.StateDir()
	if err != nil {
		return "", err
	}
	disk := w.writer()
	parent := filepath.Join(state, "backups", step)
	if err := disk.mkdirAll(parent); err != nil {
		return "", err
	}
	dir, err := w.newBackupDir(parent)
	if err != nil {
		return "", err
	}
	if err := w.fill(dir, s); err != nil {
		return "", errors.Join(err, removeAll(dir))
	}
	disk.sync(parent)
	return dir, nil
}

// fill writes a snapshot into a folder and reads it back.
func (w Workspace) fill(dir string, s snapshot) error {
	disk := w.writer()
	for _, rel := range s.paths {
		if err := w.put(filepath.Join(dir, rel), s.items[rel]); err != nil {
			return err
		}
	}
	if err := verify(dir, s); err != nil {
		return err
	}
	// Last, for a folder that may not be written into, and from the inside out.
	for i := len(s.paths) - 1; i >= 0; i-- {
		if it := s.items[s.paths[i]]; it.mode.IsDir() {
			path := filepath.Join(dir, s.paths[i])
			disk.sync(path)
			if err := disk.chmod(path, it.mode.Perm()); err != nil {
				return err
			}
		}
	}
	disk.sync(dir)
	return nil
}

// newBackupDir makes a folder that is named by the time. Making it fails when
// another backup has the name: several may fall into one second.
func (w Workspace) newBackupDir(parent string) (string, error) {
	now := time.Now
	if w.now != nil {
		now = w.now
	}
	name := now().Format(stamp)
	for n := 1; ; n++ {
		dir := filepath.Join(parent, name)
		if n > 1 {
			dir += "-" + strconv.Itoa(n)
		}
		if err := w.writer().mkdir(dir); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// put makes an item at a path where there is nothing yet.
func (w Workspace) put(path string, it item) error {
	switch {
	case it.mode.IsDir():
		return w.writer().mkdir(path)
	case it.mode&fs.ModeSymlink != 0:
		return w.writer().symlink(it.target, path)
	}
	return w.writer().create(path, it.data, it.mode)
}

// verify reads a backup back and compares it.
func verify(dir string, s snapshot) error {
	for _, rel := range s.paths {
		got, _, err := readItem(filepath.Join(dir, rel))
		if err != nil {
			return err
		}
		if !got.equal(s.items[rel]) {
			return fmt.Errorf("the copy of %s differs from the original when it is read back: is the disk in order?", rel)
		}
	}
	return nil
}

// removeAll removes a backup, read-only folders included.
func removeAll(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(dir))
}
