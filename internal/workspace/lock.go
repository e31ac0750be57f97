package workspace

import (
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lock keeps other processes, and other goroutines of this one, from writing
// into the workspace until unlock is called.
func (w Workspace) lock() (unlock func(), err error) {
	state, err := w.StateDir()
	if err != nil {
		return nil, err
	}
	unlock, err = lockedfile.MutexAt(filepath.Join(state, "lock")).Lock()
	if err != nil {
		// Some network file systems know no locks. Every write is atomic
		// without one; what a lock adds is that no update is overtaken.
		return func() {}, nil
	}
	return unlock, nil
}
