// Package linked keeps programs that the go command has linked. Of its work that
// is what it does not keep by itself, and half a second or more each time.
package linked

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/robustio"
)

// most is how many bytes the programs of a checkout may take. All that the tests
// build are less, and a learner's demos a hundredth of it. Those go first that
// nobody has asked for the longest.
const most = 4 << 30

// Again calls link, which has the go command link a program into the file
// binary. What was linked for that name the last time lies there before: the
// go command looks at what it was made of, as at any file that it is told to
// write, and links again only if something is different. So a name need not
// stand for what the program is made of, and its file is the caller's own.
// Without a name nothing is kept.
//
// Programs are kept in .workshop of the folder root. Whether that works is
// nobody's business: the next time takes longer. Safe for concurrent use, by
// many processes.
func Again(root, name, binary string, link func() error) error {
	if name == "" {
		return link()
	}
	kept := filepath.Join(root, ".workshop", "linked", name+"-"+filepath.Base(binary))
	laid := lay(kept, binary)
	if err := link(); err != nil {
		return errors.Join(err, drop(binary))
	}
	if now, err := os.Stat(binary); err != nil || laid != nil && os.SameFile(laid, now) {
		return nil
	}
	_ = keep(binary, kept)
	return nil
}

// lay copies what was kept to where it will be looked for. It returns nil where
// there is nothing.
func lay(kept, binary string) os.FileInfo {
	now := time.Now()
	if os.Chtimes(kept, now, now) != nil { // so that it stays
		return nil
	}
	// A process that is started meanwhile would hold the file open for writing, for
	// a moment, and nobody can run it as long as somebody does.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.OpenFile(binary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return nil
	}
	if errors.Join(fill(out, kept), out.Close()) != nil {
		_ = drop(binary)
		return nil
	}
	laid, _ := os.Stat(binary)
	return laid
}

// keep copies a program to where it is kept, all of it or nothing.
func keep(binary, kept string) error {
	dir := filepath.Dir(kept)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	making, err := os.CreateTemp(dir, ".new-")
	if err != nil {
		return err
	}
	// Half a program after a power failure would be no object file, which the go
	// command refuses to write over.
	if err := errors.Join(fill(making, binary), making.Sync(), making.Close()); err != nil {
		return errors.Join(err, drop(making.Name()))
	}
	if err := robustio.Rename(making.Name(), kept); err != nil {
		return errors.Join(err, drop(making.Name()))
	}
	return tidy(dir, most)
}

// tidy removes programs until the others take no more than that.
func tidy(dir string, most int64) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var all []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			all = append(all, info)
		}
	}
	slices.SortFunc(all, func(a, b fs.FileInfo) int { return cmp.Compare(b.ModTime().UnixNano(), a.ModTime().UnixNano()) })
	var errs []error
	for _, info := range all {
		if most -= info.Size(); most < 0 {
			errs = append(errs, drop(filepath.Join(dir, info.Name())))
		}
	}
	return errors.Join(errs...)
}

// drop removes a file, if it is there.
func drop(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// fill writes the content of another file into a new one.
func fill(out *os.File, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, in.Close())
}
