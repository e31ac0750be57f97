package session

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"otel.workshop/internal/lesson"
)

// A TODO is where a starter says what there is to do.
type TODO struct {
	File string // from the root, with slashes
	Line int
	Text string // what the comment says, in one line
}

// String names the place.
func (t TODO) String() string { return fmt.Sprintf("%s:%d", t.File, t.Line) }

// TODO returns where the step's files say TODO(check), if one still does.
func (s *Session) TODO(c lesson.Check) (TODO, bool) {
	root := s.Root()
	mark := "TODO(" + c.ID + ")"
	var found TODO
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
				found = TODO{filepath.ToSlash(rel), n + 1, text}
				return fs.SkipAll
			}
		}
		return nil
	})
	return found, found.File != ""
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
