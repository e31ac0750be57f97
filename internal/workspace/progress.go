package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/robustio"

	"otel.workshop/internal/regular"
)

// Progress is what the workshop remembers of a learner from one command to the
// next. Losing it loses no work. Its maps have the keys of [CheckKey].
type Progress struct {
	Results map[string]Result `json:"results"`
	Hints   map[string]int    `json:"hints"` // how many hints of a check were shown

	// Notice is a sentence for the learner when the file could not be used
	// and was set aside, else "".
	Notice string `json:"-"`
}

// A Result is how a check last ended.
type Result struct {
	Outcome string    `json:"outcome"`
	Why     string    `json:"why,omitempty"`   // what blocks it, or why it was not judged
	Known   string    `json:"known,omitempty"` // which mistake it is, in a sentence
	Sources string    `json:"sources"`         // what it was the outcome of: see SourcesHash
	At      time.Time `json:"at"`
}

// CheckKey names a check across steps: "01-minimal/service-name".
func CheckKey(step, id string) string { return step + "/" + id }

const progressFile = "progress.json"

// LoadProgress reads what is known; at first that is nothing, in maps that can
// be written to. A file that is damaged is set aside, with a Notice.
func (w Workspace) LoadProgress() (Progress, error) {
	path := w.StateFile(progressFile)
	if info, err := os.Stat(path); err == nil {
		if err := regular.Check(path, info, largest); err != nil { // to read it might never end
			return w.setAside(path, err), nil
		}
	}
	data, err := robustio.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newProgress(), nil
	case err != nil:
		return newProgress(), fmt.Errorf("read progress: %w (deleting that file loses no work)", err)
	}
	p := newProgress()
	if err := json.Unmarshal(data, &p); err != nil {
		return w.setAside(path, err), nil
	}
	if p.Results == nil || p.Hints == nil { // "null" is JSON too
		return w.setAside(path, errors.New("something is missing from it")), nil
	}
	return p, nil
}

func newProgress() Progress {
	return Progress{Results: map[string]Result{}, Hints: map[string]int{}}
}

func (w Workspace) setAside(path string, why error) Progress {
	p := newProgress()
	aside, failed := w.SetAside(progressFile)
	if failed != nil {
		p.Notice = fmt.Sprintf("%s is damaged (%v) and is not used; your files are not affected.", path, why)
	} else {
		p.Notice = fmt.Sprintf("The file of your progress was damaged (%v) and is now %s; your files are not affected, and the next check fills a new one.", why, aside)
	}
	return p
}

// SaveProgress writes p, at once: whoever reads the file finds the one before
// or this one. Of two processes that save, the last one wins; see
// [Workspace.UpdateProgress].
func (w Workspace) SaveProgress(p Progress) error {
	data, err := json.MarshalIndent(p, "", "\t")
	if err == nil {
		err = w.SaveState(progressFile, append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("save progress: %w", err)
	}
	return nil
}

// UpdateProgress loads, changes and saves, and lets no other process's update
// come in between. It returns what it saved.
func (w Workspace) UpdateProgress(change func(*Progress)) (Progress, error) {
	unlock, err := w.lock()
	if err != nil {
		return newProgress(), fmt.Errorf("update progress: %w", err)
	}
	defer unlock()
	p, err := w.LoadProgress()
	if err != nil {
		return p, err
	}
	change(&p)
	return p, w.SaveProgress(p)
}
