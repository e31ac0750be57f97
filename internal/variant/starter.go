package variant

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// newStarter is the message of a starter that has none yet.
const newStarter = "The starter: everything is still to do.\n\n"

// StarterPath returns where a step's starter is, relative to the module's
// root, with slashes.
func StarterPath(step string) string { return path.Join("broken", step, Starter+".diff") }

// MakeStarter returns what [StarterPath] should hold: the message and trailers
// that it has, and the diff from solutions/STEP to steps/STEP as it is now. It
// refuses to when the two are equal, or when a learner's packages are among
// them: a starter leaves something to do, in the files that are given.
func MakeStarter(root, step string) ([]byte, error) {
	solution, err := Solution(root, step)
	if err != nil {
		return nil, err
	}
	start, err := Step(root, step)
	if err != nil {
		return nil, err
	}
	dir := path.Join("solutions", step)
	diff := DiffFiles(dir, solution, AsSolution(step, start))
	if len(diff) == 0 {
		return nil, fmt.Errorf("steps/%s equals its solution: put what the learner should find there first (git restore steps/%s)", step, step)
	}

	message := newStarter
	old, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(StarterPath(step))))
	switch {
	case err == nil:
		message, _ = split(string(LF(old)))
		message = strings.TrimRight(message, "\n") + "\n\n"
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the starter's message: %w", err)
	}
	text := append([]byte(message), diff...)
	if _, err := Parse(StarterPath(step), text); err != nil {
		return nil, err
	}
	return text, nil
}

// Originals returns the Go files that steps/STEP began with, from its starter.
func Originals(root, step string) (Files, error) {
	name := StarterPath(step)
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("read the starter of %s: %w (git restore %s brings it back)", step, err, name)
	}
	v, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	files, err := v.Apply(root)
	if err != nil {
		return nil, err
	}
	return AsStep(step, files), nil
}
