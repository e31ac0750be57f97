package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var errFull = errors.New("no space left on device")

// A quickDisk doesn't wait for the disk, as a test of many rounds would.
type quickDisk struct{ realDisk }

func (quickDisk) sync(string) {}

func (quickDisk) create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close(), os.Chmod(path, mode.Perm()))
}

// A faultyDisk fails from its n-th change on, for as long as a call matches.
type faultyDisk struct {
	disk
	n     int    // changes that still succeed
	times int    // failures after that; -1 for all
	only  string // the operation that fails; "" for any
	calls []string
}

func (d *faultyDisk) fails(op, path string) error {
	d.calls = append(d.calls, op+" "+filepath.Base(path))
	if d.only != "" && d.only != op {
		return nil
	}
	if d.n > 0 {
		d.n--
		return nil
	}
	if d.times == 0 {
		return nil
	}
	d.times--
	return &fs.PathError{Op: op, Path: path, Err: errFull}
}

func (d *faultyDisk) mkdir(path string) error {
	if err := d.fails("mkdir", path); err != nil {
		return err
	}
	return d.disk.mkdir(path)
}

func (d *faultyDisk) mkdirAll(path string) error {
	if err := d.fails("mkdirAll", path); err != nil {
		return err
	}
	return d.disk.mkdirAll(path)
}

func (d *faultyDisk) create(path string, data []byte, mode fs.FileMode) error {
	if err := d.fails("create", path); err != nil {
		return err
	}
	return d.disk.create(path, data, mode)
}

func (d *faultyDisk) symlink(target, path string) error {
	if err := d.fails("symlink", path); err != nil {
		return err
	}
	return d.disk.symlink(target, path)
}

func (d *faultyDisk) chmod(path string, mode fs.FileMode) error {
	if err := d.fails("chmod", path); err != nil {
		return err
	}
	return d.disk.chmod(path, mode)
}

func (d *faultyDisk) rename(from, to string) error {
	if err := d.fails("rename", to); err != nil {
		return err
	}
	return d.disk.rename(from, to)
}

func (d *faultyDisk) remove(path string) error {
	// What was staged may stay; it is the learner's files that matter.
	if strings.Contains(path, tempPrefix) || path == "" {
		return d.disk.remove(path)
	}
	if err := d.fails("remove", path); err != nil {
		return err
	}
	return d.disk.remove(path)
}
