package workspace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"otel.workshop/internal/variant"
)

// tempPrefix begins the names of files that exist only while Replace runs. The
// go command ignores them, and so do backups.
const tempPrefix = ".workshop-"

// A Backup says what [Workspace.Replace] did and where the learner's files are now.
type Backup struct {
	Step    string
	Path    string   // the folder with all that the step's folder held; "" when there was nothing to replace
	Written []string // files that were replaced or made, relative to the step's folder, with slashes
	Removed []string // the learner's own Go files, which are now in the backup only
}

// Replace makes files the Go files of steps/STEP; they are given with that
// step's import paths. It first copies everything in the step's folder to a
// new folder below .workshop/backups and reads the copy back. Then it replaces
// the files that differ (other line ends are no difference), each at once, and
// removes Go files that are not among files, as they might not compile with
// them. Everything else, the README too, stays as it is.
//
// When the files are there already, Replace does nothing. When it fails, the
// folder is as it was, or the error says where the backup is.
func (w Workspace) Replace(step string, files variant.Files) (Backup, error) {
	b, err := w.replace(step, files)
	if err != nil {
		return b, fmt.Errorf("replace the files of steps/%s: %w", step, err)
	}
	return b, nil
}

func (w Workspace) replace(step string, files variant.Files) (Backup, error) {
	b := Backup{Step: step}
	if err := w.checkStep(step); err != nil {
		return b, err
	}
	unlock, err := w.lock()
	if err != nil {
		return b, err
	}
	defer unlock()

	dir := w.dir(step)
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return b, fmt.Errorf("%s is not a folder: put a real folder in its place first, as files are written into the workshop only", dir)
	}
	s, err := takeSnapshot(dir)
	if err != nil {
		return b, fmt.Errorf("read what is there: %w; nothing was changed", err)
	}
	edits, err := plan(s, files)
	if err != nil || len(edits) == 0 {
		return b, err
	}
	if len(s.paths) > 0 {
		if b.Path, err = w.backUp(step, s); err != nil {
			return b, fmt.Errorf("back up: %w; nothing was changed: put that right and try again", err)
		}
	}
	if err := w.apply(dir, edits); err != nil {
		if b.Path != "" {
			err = fmt.Errorf("%w\nA copy of all your files is in %s", err, b.Path)
		}
		return b, err
	}
	for _, e := range edits {
		if e.remove {
			b.Removed = append(b.Removed, filepath.ToSlash(e.rel))
		} else {
			b.Written = append(b.Written, filepath.ToSlash(e.rel))
		}
	}
	return b, nil
}

// apply makes the edits, all or none. Whatever needs room on the disk comes
// first, so that afterwards there are only names to change, forth or back.
func (w Workspace) apply(dir string, edits []edit) error {
	defer func() {
		for _, e := range edits {
			// What is left is a copy of what is in the backup or in the workshop.
			_ = w.writer().remove(e.staged)
			_ = w.writer().remove(e.undo)
		}
	}()
	for i := range edits {
		if err := w.stage(dir, &edits[i]); err != nil {
			return fmt.Errorf("%w; your files are as they were", err)
		}
	}
	for i := range edits {
		if err := w.commit(edits[i]); err != nil {
			if undone := w.rollBack(edits[:i]); undone != nil {
				return fmt.Errorf("%w; putting back what was there failed too: %w: copy your files back by hand", err, undone)
			}
			return fmt.Errorf("%w; your files are as they were", err)
		}
	}
	for _, e := range edits {
		w.writer().sync(filepath.Dir(e.path))
	}
	return nil
}

// stage writes the new content and a copy of the old beside the file.
func (w Workspace) stage(dir string, e *edit) error {
	e.path = filepath.Join(dir, e.rel)
	if err := w.writer().mkdirAll(filepath.Dir(e.path)); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(e.path), tempPrefix+rand.Text()+"-"+filepath.Base(e.path))
	if e.existed {
		if err := w.put(temp+".old", e.old); err != nil {
			return err
		}
		e.undo = temp + ".old"
	}
	if e.remove {
		return nil
	}
	mode := fs.FileMode(0o644)
	if e.existed && e.old.mode.IsRegular() {
		mode = e.old.mode
	}
	if err := w.writer().create(temp+".new", e.new, mode); err != nil {
		return err
	}
	e.staged = temp + ".new"
	return nil
}

// commit puts an edit into effect, unless the learner's editor has saved the
// file since the backup.
func (w Workspace) commit(e edit) error {
	now, _, err := readItem(e.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if e.existed {
			return fmt.Errorf("%s has just been removed by another program", e.rel)
		}
	case err != nil:
		return err
	case !e.existed || !now.equal(e.old):
		return fmt.Errorf("%s has just been changed by another program: try again", e.rel)
	}
	if e.remove {
		return w.writer().remove(e.path)
	}
	return w.writer().rename(e.staged, e.path)
}

// rollBack undoes committed edits, the last one first, as far as it can.
func (w Workspace) rollBack(edits []edit) error {
	var errs []error
	for _, e := range slices.Backward(edits) {
		if e.existed {
			errs = append(errs, w.writer().rename(e.undo, e.path))
		} else {
			errs = append(errs, w.writer().remove(e.path))
		}
	}
	return errors.Join(errs...)
}
