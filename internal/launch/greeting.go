package launch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// greet says what this is and where to begin, with the first picture of the
// lesson: there is time to look at it.
func (l launcher) greet(root string) {
	step := l.step(root)
	text := "The Invisible Thread: learn OpenTelemetry by instrumenting a Go service, one small check at a time.\n"
	if !l.terminal {
		_, _ = fmt.Fprint(l.stderr, text) // nobody is left to tell when this fails
		return
	}
	readme := "steps/" + step + "/README.md"
	lesson, _ := os.ReadFile(filepath.Join(root, filepath.FromSlash(readme))) // without it there is no picture
	if picture := firstPicture(string(lesson)); picture != "" {
		text += "\n" + picture
	}
	text += "\nThe first start builds the workshop, in a minute or two. Open meanwhile\n\n  " + readme + "\n\n"
	_, _ = fmt.Fprint(l.stderr, text) // as above
}

// step returns the step that the arguments name, such as 02, or else the first.
func (l launcher) step(root string) string {
	first := ""
	entries, _ := os.ReadDir(filepath.Join(root, "steps")) // the command says what is wrong with it
	for _, e := range entries {
		number, _, ok := strings.Cut(e.Name(), "-")
		switch {
		case !ok || !e.IsDir():
		case len(l.args) > 0 && (l.args[0] == number || l.args[0] == e.Name()):
			return e.Name()
		case first == "":
			first = e.Name()
		}
	}
	return first
}

// firstPicture returns the first block of a lesson that is not code.
func firstPicture(lesson string) string {
	_, picture, found := strings.Cut(strings.ReplaceAll(lesson, "\r\n", "\n"), "\n```text\n")
	picture, _, closed := strings.Cut(picture, "```\n")
	if !found || !closed {
		return ""
	}
	return picture
}

// modules returns how many modules the go.mod of root requires.
func modules(root string) int {
	data, _ := os.ReadFile(filepath.Join(root, "go.mod")) // the go command says what is wrong with it
	n := 0
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) >= 2 && strings.HasPrefix(fields[1], "v") {
			n++
		}
	}
	return n
}
