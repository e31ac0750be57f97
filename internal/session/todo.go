package session

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
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
	mark := "TODO(" + c.ID + ")"
	dir := path.Join("steps", c.Step)
	// A file that can't be read has no TODO to offer.
	entries, _ := variant.Entries(filepath.Join(s.Root(), filepath.FromSlash(dir)))
	for _, e := range entries {
		if path.Ext(e.Key) != ".go" {
			continue
		}
		data, _ := e.Read()
		lines := strings.Split(string(data), "\n")
		for n, line := range lines {
			if i := strings.Index(line, mark); i >= 0 {
				text := strings.TrimSpace(line[i:]) + continuation(lines[n+1:])
				return TODO{path.Join(dir, e.Key), n + 1, text}, true
			}
		}
	}
	return TODO{}, false
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
