package workspace

import (
	"path"

	"otel.workshop/internal/variant"
)

// Reset puts a step's original files back, its lesson too when that is gone. See
// [Workspace.Replace].
func (w Workspace) Reset(step string) (Backup, error) {
	if err := w.checkStep(step); err != nil {
		return Backup{Step: step}, err
	}
	files, err := variant.Originals(w.Root, step)
	if err != nil {
		return Backup{Step: step}, err
	}
	return w.refill(step, files)
}

// Solve puts the solution into a step. See [Workspace.Replace].
func (w Workspace) Solve(step string) (Backup, error) {
	files, err := w.solution(step)
	if err != nil {
		return Backup{Step: step}, err
	}
	return w.refill(step, files)
}

// refill is Replace for a step whose folder may have been deleted.
func (w Workspace) refill(step string, files variant.Files) (Backup, error) {
	b, err := w.Replace(step, files)
	if err == nil {
		err = w.restoreLesson(&b)
	}
	return b, err
}

// Break puts a broken variant into its step, which Backup.Step names. An
// unknown name is a [*variant.UnknownError]. See [Workspace.Replace].
func (w Workspace) Break(name string) (Backup, error) {
	variants, err := variant.Load(w.Root)
	if err != nil {
		return Backup{}, err
	}
	v, err := variant.Find(variants, name)
	if err != nil {
		return Backup{}, err
	}
	files, err := v.Apply(w.Root)
	if err != nil {
		return Backup{Step: v.Step}, err
	}
	return w.refill(v.Step, variant.AsStep(v.Step, files))
}

// Diff returns a unified diff from the learner's files to the solution, as it
// would stand in the step, or "" when there is no difference but line ends.
// Given to git apply, it solves the step.
func (w Workspace) Diff(step string) (string, error) {
	solution, err := w.solution(step)
	if err != nil {
		return "", err
	}
	mine, err := variant.Step(w.Root, step)
	if err != nil {
		return "", err
	}
	return string(variant.DiffFiles(path.Join("steps", step), mine, solution)), nil
}

// solution returns a step's solution as it would stand in the step.
func (w Workspace) solution(step string) (variant.Files, error) {
	if err := w.checkStep(step); err != nil {
		return nil, err
	}
	files, err := variant.Solution(w.Root, step)
	if err != nil {
		return nil, err
	}
	return variant.AsStep(step, files), nil
}

// Touched reports whether the learner has changed any Go file of the step
// since it was given to them, other line ends aside.
func (w Workspace) Touched(step string) (bool, error) {
	if err := w.checkStep(step); err != nil {
		return false, err
	}
	start, err := variant.Originals(w.Root, step)
	if err != nil {
		return false, err
	}
	mine, err := variant.Step(w.Root, step)
	if err != nil {
		return false, err
	}
	return !variant.Equal(start, mine), nil
}

// SourcesHash returns a hash of the step's Go files, to tell whether a result
// still belongs to them. See [variant.Step] and [variant.Hash].
func (w Workspace) SourcesHash(step string) (string, error) {
	if err := w.checkStep(step); err != nil {
		return "", err
	}
	files, err := variant.Step(w.Root, step)
	if err != nil {
		return "", err
	}
	return variant.Hash(files), nil
}
