package workspace

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// StateFile returns the path of a file in .workshop, whether or not it exists.
func (w Workspace) StateFile(name string) string { return filepath.Join(w.Root, ".workshop", name) }

// SaveState writes a file in .workshop, at once: whoever reads it finds the one
// before or this one, whatever becomes of the machine.
func (w Workspace) SaveState(name string, data []byte, mode fs.FileMode) error {
	state, err := w.StateDir()
	if err != nil {
		return err
	}
	temp := filepath.Join(state, "."+strings.TrimSuffix(name, filepath.Ext(name))+"-"+rand.Text())
	if err := w.writer().create(temp, data, mode); err != nil {
		return err
	}
	if err := w.writer().rename(temp, filepath.Join(state, name)); err != nil {
		return errors.Join(err, w.writer().remove(temp))
	}
	return nil
}

// SetAside renames a file in .workshop that is damaged, and returns its new path.
func (w Workspace) SetAside(name string) (string, error) {
	aside := w.StateFile(name) + ".damaged"
	return aside, w.writer().rename(w.StateFile(name), aside)
}
