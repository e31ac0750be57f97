package terminal

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"otel.workshop/internal/lesson"
)

// A place is a line of a learner's file.
type place struct {
	file string // from the root, with slashes
	line int
	text string // what the comment says, in one line
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// findTODO returns where a step's files say TODO(check), if one still does.
func findTODO(root string, c lesson.Check) (place, bool) {
	mark := "TODO(" + c.ID + ")"
	var found place
	dir := filepath.Join(root, "steps", c.Step)
	// A file that can't be read has no TODO to offer.
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		lines := strings.Split(string(data), "\n")
		for n, line := range lines {
			if i := strings.Index(line, mark); i >= 0 {
				rel, err := filepath.Rel(root, path)
				if err != nil {
					rel = path
				}
				text := strings.TrimSpace(line[i:]) + continuation(lines[n+1:])
				found = place{filepath.ToSlash(rel), n + 1, text}
				return fs.SkipAll
			}
		}
		return nil
	})
	return found, found.file != ""
}

// continuation returns the comment lines that go on with what was begun before
// them.
func continuation(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		text, comment := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !comment || strings.Contains(text, "TODO(") {
			break
		}
		b.WriteString(" " + strings.TrimSpace(text))
	}
	return b.String()
}
