package grader

import (
	"path/filepath"
	"strings"
)

// learnerFrames picks the frames of the learner's own code out of the stacks
// that a Go program prints when it crashes, innermost first, each once:
//
//	Setup
//	    steps/01-minimal/telemetry.go:57
func learnerFrames(output string) string {
	var frames []string
	seen := make(map[string]bool)
	previous := ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if file, ok := strings.CutPrefix(line, "\t"); ok {
			if _, rel, ok := strings.Cut(filepath.ToSlash(file), "/steps/"); ok && !seen[rel] {
				place, _, _ := strings.Cut(rel, " +0x")
				seen[rel] = true
				frames = append(frames, function(previous)+"\n    steps/"+place)
			}
		}
		previous = line
	}
	return strings.Join(frames, "\n")
}

// function takes Setup out of "otel.workshop/steps/01-minimal.Setup({0x1, 0x2})" and
// "created by otel.workshop/steps/01-minimal.Setup in goroutine 7".
func function(line string) string {
	line = strings.TrimPrefix(line, "created by ")
	line, _, _ = strings.Cut(line, " in goroutine ")
	if i := strings.LastIndex(line, "("); i > 0 {
		line = line[:i]
	}
	_, name, _ := strings.Cut(line[strings.LastIndex(line, "/")+1:], ".")
	return name
}
