package variant

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

// Parse reads one variant. Its name and step come from path, which is that of
// a file broken/STEP/NAME.diff or solutions/STEP/alternatives/NAME.diff, below
// any folder. Parse is strict: what it does not understand, and a diff of
// anything but the solution's Go files, is an error that names the variant.
func Parse(path string, data []byte) (Variant, error) {
	v := Variant{Path: path}
	if err := v.parse(data); err != nil {
		return Variant{}, fmt.Errorf("variant %s: %w", filepath.ToSlash(path), err)
	}
	return v, nil
}

func (v *Variant) parse(data []byte) error {
	alternative, err := v.parsePath()
	if err != nil {
		return err
	}
	message, diff := split(string(LF(data)))
	if err := v.parseMessage(message); err != nil {
		return err
	}
	switch {
	case alternative && len(v.CaughtBy)+len(v.Blocked) > 0:
		return fmt.Errorf("an alternative is right, so no check catches or blocks it: remove Caught-by and Blocked, or move it below broken/")
	case !alternative && v.Name != Starter && len(v.CaughtBy) == 0:
		return fmt.Errorf("nothing says which checks fail: end the message with the line %q", "Caught-by: CHECK, CHECK")
	}
	return v.parseDiff(diff)
}

// parsePath fills Name and Step.
func (v *Variant) parsePath() (alternative bool, err error) {
	dir, base := path.Split(filepath.ToSlash(v.Path))
	dir = path.Clean(dir)
	name, isDiff := strings.CutSuffix(base, ".diff")
	if alternative = path.Base(dir) == "alternatives"; alternative {
		dir = path.Dir(dir)
	}
	v.Name, v.Step = name, path.Base(dir)
	switch {
	case !isDiff || !identifier.MatchString(name):
		return alternative, fmt.Errorf("call the file NAME.diff, the name in small letters, digits and hyphens")
	case !stepName.MatchString(v.Step):
		return alternative, fmt.Errorf("put it into broken/NN-STEP/ or solutions/NN-STEP/alternatives/, not into %s", dir)
	}
	return alternative, nil
}

func (v *Variant) parseDiff(diff string) error {
	if diff == "" {
		return fmt.Errorf("there is no diff after the message: make one with git diff --no-index --no-renames, against solutions/%s", v.Step)
	}
	patches, _, err := gitdiff.Parse(strings.NewReader(diff))
	if err != nil {
		return fmt.Errorf("its diff is malformed (line numbers count from its first line): %w", err)
	}
	if line, text := leftover(diff); line > 0 {
		return fmt.Errorf("line %d of its diff, %q, belongs to no hunk: the counts in the @@ line above are wrong, a header has no hunk, or something follows the diff", line, text)
	}
	if len(patches) == 0 {
		return fmt.Errorf("its diff changes no file: make it anew, against solutions/%s", v.Step)
	}
	for _, p := range patches {
		key, err := v.key(p, diff)
		if err != nil {
			return err
		}
		if slices.Contains(v.Changes(), key) {
			return fmt.Errorf("%s stands in its diff twice: put all its hunks under one header", key)
		}
		v.files = append(v.files, change{key, p})
	}
	v.diff = diff
	return nil
}

// key returns which file of the solution a patch is about, or why it may not.
func (v *Variant) key(p *gitdiff.File, diff string) (string, error) {
	name := p.NewName
	if p.IsDelete {
		name = p.OldName
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, "a/"), "b/")
	switch {
	case p.IsRename || p.IsCopy || !p.IsNew && !p.IsDelete && p.OldName != p.NewName:
		return "", fmt.Errorf("%s has another name before the change, %s: both are solutions/%s/FILE.go, and a renamed file is a removed and an added one (git diff --no-renames)", name, p.OldName, v.Step)
	case p.IsBinary:
		return "", fmt.Errorf("%s is a binary patch: only Go files can be changed", name)
	case p.OldMode != 0 && p.NewMode != 0 && p.OldMode != p.NewMode:
		return "", fmt.Errorf("%s changes its mode: remove the lines \"old mode\" and \"new mode\"", name)
	case !p.IsNew && !strings.Contains(diff, " a/"+name), !p.IsDelete && !strings.Contains(diff, " b/"+name):
		return "", fmt.Errorf("%s lacks the prefixes a/ and b/ that git apply expects: make the diff without --no-prefix", name)
	case len(p.TextFragments) == 0 && !p.IsNew && !p.IsDelete:
		return "", fmt.Errorf("%s has a header and no hunk: remove it", name)
	}
	key, inSolution := strings.CutPrefix(name, "solutions/"+v.Step+"/")
	switch {
	case inSolution && isSource(v.Step, key) && mayChange(v.Step, key):
		return key, nil
	case IsTests(v.Step):
		return "", fmt.Errorf("its diff touches %s: it may change .go files in solutions/%s/ and in packages below it, and nothing else", name, v.Step)
	}
	return "", fmt.Errorf("its diff touches %s: it may change .go files in solutions/%s/ and its shop/, no tests and nothing else", name, v.Step)
}

// mayChange reports whether a diff may change a file in that place: beside the
// step's files or in shop/. Tests may have packages of helpers as well.
func mayChange(step, key string) bool {
	dir := path.Dir(key)
	if !IsTests(step) {
		return path.Clean(key) == key && (dir == "." || dir == "shop")
	}
	if path.Clean(key) != key || !filepath.IsLocal(filepath.FromSlash(key)) {
		return false
	}
	folders := strings.Split(dir, "/")
	return folders[0] != "alternatives" && (dir == "." ||
		!slices.ContainsFunc(folders, func(name string) bool { return Ignored(name, true) }))
}
