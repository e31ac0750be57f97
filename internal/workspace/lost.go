package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// lessonFile is the one file of a step that nothing of the workshop is made
// from: when it is gone, git has it.
const lessonFile = "README.md"

// Lost returns the steps whose lesson is not there, because their folders were
// deleted, most likely. What there should be, solutions/ tells.
func (w Workspace) Lost() []string {
	entries, err := os.ReadDir(filepath.Join(w.Root, "solutions"))
	if err != nil {
		return nil // then nothing can be told
	}
	var lost []string
	for _, e := range entries {
		if e.IsDir() && stepName.MatchString(e.Name()) && !w.hasLesson(e.Name()) {
			lost = append(lost, e.Name())
		}
	}
	return lost
}

func (w Workspace) hasLesson(step string) bool {
	_, err := os.Lstat(filepath.Join(w.dir(step), lessonFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// restoreLesson brings a step's lesson back, as it was last committed, if it is
// gone; and says so in b.
func (w Workspace) restoreLesson(b *Backup) error {
	if w.hasLesson(b.Step) {
		return nil
	}
	name := path.Join("steps", b.Step, lessonFile)
	cmd := exec.Command("git", "show", "HEAD:./"+name)
	cmd.Dir = w.Root
	var said strings.Builder
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err == nil {
		err = w.writer().mkdirAll(w.dir(b.Step))
	}
	if err == nil {
		err = w.writer().create(filepath.Join(w.dir(b.Step), lessonFile), text, 0o644)
	}
	if err != nil {
		return fmt.Errorf("the Go files of steps/%s are there, but its lesson is not, and git could not bring it back: copy %s from a fresh clone: %w\n%s", b.Step, name, err, strings.TrimSpace(said.String()))
	}
	b.Written = append(b.Written, lessonFile)
	return nil
}
