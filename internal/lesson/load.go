package lesson

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"otel.workshop/internal/regular"
)

// Load reads the lessons below root, the module's root, in the order of the
// steps. A step whose README.md is not there yet is left out. The error names
// everything that is wrong in all of them.
func Load(root string) ([]Step, error) {
	entries, err := os.ReadDir(filepath.Join(root, "steps"))
	if err != nil {
		return nil, fmt.Errorf("read the lessons: %w (git restore steps brings them back)", err)
	}
	var steps []Step
	var errs []error
	for _, e := range entries {
		name := e.Name()
		if !stepName.MatchString(name) {
			continue
		}
		text, err := regular.ReadFile(filepath.Join(root, filepath.FromSlash(file(name))), regular.Largest)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("read lesson %s: %w", file(name), err))
			continue
		}
		step, err := Parse(name, text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if n := len(steps); n > 0 && steps[n-1].Number == step.Number {
			errs = append(errs, fmt.Errorf("steps/%s and steps/%s have the same number", steps[n-1].Name, name))
		}
		steps = append(steps, step)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("read the lessons: there is no steps/NN-name/README.md in %s: git restore steps brings them back", root)
	}
	return steps, nil
}
