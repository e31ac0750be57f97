// Package pack carries modules to a machine without network, in one file: a
// zip of what a module proxy would serve. Whoever would rather do it by hand
// unpacks it, and tells the go command so: GOPROXY=file:///FOLDER.
//
// The program unpack, in the folder below, has to build where no module is. So
// this package stands on the standard library.
package pack

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes the zip file of the files below dir that names names, with
// slashes. It refuses a file that exists, and leaves none behind when it fails.
// It tells progress, which may be nil, how many of them are written, and how
// many bytes that makes.
func Write(ctx context.Context, file, dir string, names []string, progress func(files int, bytes int64)) (err error) {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists: delete it, or name another file", file)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s: make it, or name a file in another", filepath.Dir(file))
	case err != nil:
		return fmt.Errorf("make the pack: %w (name a file in a folder that you may write into)", err)
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			_ = os.Remove(file) // what is left of it, unpack refuses
		}
	}()
	z := zip.NewWriter(out)
	var bytes int64
	for i, name := range names {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := add(z, dir, name)
		if err != nil {
			return fmt.Errorf("write the pack: %w (it needs room for all of the modules, some 40 MB)", err)
		}
		bytes += n
		if progress != nil {
			progress(i+1, bytes)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the pack: %w (it needs room for all of the modules, some 40 MB)", err)
	}
	return nil
}

// add copies a file into the zip, and returns its size. Most are zips
// themselves, so that nothing would become smaller.
func add(z *zip.Writer, dir, name string) (int64, error) {
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return 0, err
	}
	defer func() { _ = in.Close() }() // it was only read
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return 0, err
	}
	return io.Copy(w, in)
}
