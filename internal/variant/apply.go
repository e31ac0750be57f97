package variant

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Apply returns the files of the variant's solution with the diff applied,
// those that it leaves alone included. There is no fuzz: a hunk that is not
// exactly where it says is an error that names variant, file and hunk.
func (v Variant) Apply(root string) (Files, error) {
	solution, err := Solution(root, v.Step)
	if err != nil {
		return nil, fmt.Errorf("variant %s: %w", v.Path, err)
	}
	return v.ApplyTo(solution)
}

// ApplyTo is [Variant.Apply] for a solution that was read already. It does not
// change its argument.
func (v Variant) ApplyTo(solution Files) (Files, error) {
	files := maps.Clone(solution)
	for _, c := range v.files {
		name := "solutions/" + v.Step + "/" + c.key
		old, exists := solution[c.key]
		switch {
		case c.patch.IsNew && exists:
			return nil, fmt.Errorf("variant %s no longer fits: it adds %s, which is there already", v.Path, name)
		case !c.patch.IsNew && !exists:
			return nil, fmt.Errorf("variant %s no longer fits: it changes %s, which is not there", v.Path, name)
		}
		data, err := applyPatch(c.patch, LF(old))
		if err != nil {
			return nil, fmt.Errorf("variant %s no longer fits %s: %w\nMake its diff anew against today's solution", v.Path, name, err)
		}
		if c.patch.IsDelete {
			delete(files, c.key)
			continue
		}
		files[c.key] = data
	}
	return files, nil
}

func applyPatch(p *gitdiff.File, old []byte) ([]byte, error) {
	lines := strings.SplitAfter(string(old), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	// git apply puts a hunk without context below at the end of the file only.
	for i, h := range p.TextFragments {
		if end := h.OldPosition - 1 + h.OldLines; h.TrailingContext == 0 && len(lines) > 0 && end < int64(len(lines)) {
			return nil, fmt.Errorf("hunk %d (%s) has no context after its change, which git apply takes for the end of the file", i+1, h.Header())
		}
	}
	var out bytes.Buffer
	if err := gitdiff.Apply(&out, bytes.NewReader(old), p); err != nil {
		return nil, explain(err, p, lines)
	}
	return out.Bytes(), nil
}

// explain says which hunk failed, and on which line what was expected.
func explain(err error, p *gitdiff.File, lines []string) error {
	var at *gitdiff.ApplyError
	if !errors.As(err, &at) || at.Fragment < 1 || at.Fragment > len(p.TextFragments) {
		return err
	}
	h := p.TextFragments[at.Fragment-1]
	where := fmt.Sprintf("hunk %d (%s)", at.Fragment, h.Header())
	if at.FragmentLine < 1 || at.FragmentLine > len(h.Lines) || at.Line < 1 || at.Line > int64(len(lines)) {
		return fmt.Errorf("%s: %w", where, err)
	}
	return fmt.Errorf("%s, line %d: %w\n  the diff has      %s\n  the solution has  %s", where, at.Line, err,
		strings.TrimRight(h.Lines[at.FragmentLine-1].Line, "\n"), strings.TrimRight(lines[at.Line-1], "\n"))
}
