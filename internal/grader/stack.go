package grader

import (
	"path/filepath"
	"slices"
	"strings"
)

// A frame is a call in the learner's own code.
type frame struct {
	function string // "Setup", "(*Store).Status"
	place    string // "steps/01-minimal/telemetry.go:57"
}

// frames picks the learner's frames out of the stacks that a Go program prints
// when it crashes, innermost first.
func frames(output string) []frame {
	var frames []frame
	previous := ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if file, ok := strings.CutPrefix(line, "\t"); ok {
			if _, rel, ok := strings.Cut(filepath.ToSlash(file), "/steps/"); ok {
				place, _, _ := strings.Cut(rel, " +0x")
				frames = append(frames, frame{function(previous), "steps/" + place})
			}
		}
		previous = line
	}
	return frames
}

// learnerFrames draws the learner's frames, each once:
//
//	Setup
//	    steps/01-minimal/telemetry.go:57
func learnerFrames(output string) string {
	var lines []string
	seen := make(map[frame]bool)
	for _, f := range frames(output) {
		if !seen[f] {
			seen[f] = true
			lines = append(lines, f.function+"\n    "+f.place)
		}
	}
	return strings.Join(lines, "\n")
}

// overflow says who calls itself, when that has filled the stack.
func overflow(output string) string {
	all := frames(output)
	if len(all) == 0 {
		return "something calls itself without end"
	}
	// The runtime prints the innermost fifty frames.
	cycle := []string{all[0].function}
	for _, f := range all[1:] {
		if f == all[0] {
			break
		}
		cycle = append(cycle, f.function)
	}
	slices.Reverse(cycle) // into the order of the calls
	cycle = slices.Compact(cycle)
	if len(cycle) == 1 {
		return cycle[0] + " calls itself without end"
	}
	return "it calls itself without end: " + strings.Join(append(cycle, cycle[0]), " → ")
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
