package shop

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"otel.workshop/internal/variant"
)

// A Source says whose service to build.
type Source struct {
	Step     string           // "01-minimal"; may be left out when Variant is given
	Solution bool             // the solution instead of the learner's files
	Variant  *variant.Variant // the solution with this change; goes before Solution
}

// String names the source as a person would look for it.
func (s Source) String() string {
	if s.Variant != nil {
		return s.dir() + " with " + s.Variant.Name
	}
	return s.dir()
}

// step returns the name of the step that the service belongs to.
func (s Source) step() string {
	if s.Variant != nil {
		return s.Variant.Step
	}
	return s.Step
}

// StandsAlone reports whether the service needs no [World]: that of the first
// step answers by itself.
func (s Source) StandsAlone() bool { return strings.HasPrefix(s.step(), "01-") }

// Path returns what to ask the service for.
func (s Source) Path() string {
	if s.StandsAlone() {
		return "/"
	}
	return "/orders/42"
}

// dir returns the folder of the step's or the solution's files, with slashes,
// relative to the root.
func (s Source) dir() string {
	if s.Variant != nil || s.Solution {
		return path.Join("solutions", s.step())
	}
	return path.Join("steps", s.step())
}

// keptAs returns the name under which the program is kept for the next time, or
// "" for what a learner edits: that is another one each time.
func (s Source) keptAs() string {
	if s.Variant == nil && !s.Solution {
		return ""
	}
	return strings.NewReplacer("/", "-", " ", "-").Replace(s.String())
}

// Check returns an error for a source that has nothing to build.
func (s Source) Check(root string) error {
	if s.Variant != nil && s.Step != "" && s.Step != s.Variant.Step {
		return fmt.Errorf("variant %s belongs to step %s, not to %s: leave the step out", s.Variant.Name, s.Variant.Step, s.Step)
	}
	if s.Variant == nil && s.Step == "" {
		return fmt.Errorf("no step is named whose service to run: give one, such as 01-minimal")
	}
	if variant.IsTests(s.step()) {
		return fmt.Errorf("%s is about tests, and has no service to start: go test ./steps/%[1]s runs them, and go run . check %[1]s tries them on services with a mistake", s.step())
	}
	name := s.dir() + "/shop"
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
		return fmt.Errorf("there is no service in %s: look at the step's name, or let git restore %s bring the folder back", name, name)
	}
	return nil
}

// overlay writes what the go command is to find in the place of what is there:
// the variant's files. Where nothing has to be replaced its name is "".
func (s Source) overlay(root string) (string, error) {
	replace, err := s.replacements(root)
	if err != nil || len(replace) == 0 {
		return "", err
	}
	return variant.WriteOverlay(filepath.Join(root, ".workshop", "overlay"), replace, root)
}

func (s Source) replacements(root string) (map[string][]byte, error) {
	switch {
	case s.Variant != nil:
		files, err := s.Variant.Apply(root)
		if err != nil {
			return nil, err
		}
		return variant.ForSolution(root, s.Variant.Step, files)
	case s.Solution:
		return nil, nil
	}
	return variant.Hidden(root, s.Step)
}
