package recorder

import (
	"runtime"
	"slices"
	"strings"
	"time"
)

// Goroutines counts the goroutines that run code of these packages, or were
// started by it, by what they do: the innermost function of those packages.
// One that WaitGroup.Go has made and that has not run yet shows nobody's code,
// and counts as "sync.(*WaitGroup).Go".
func Goroutines(packages ...string) map[string]int {
	buf := make([]byte, 1<<20)
	n := runtime.Stack(buf, true)
	counts := make(map[string]int)
	stacks := strings.Split(string(buf[:n]), "\n\n")
	for _, stack := range stacks[1:] { // the first one is our own
		if name := doing(stack, packages); name != "" {
			counts[name]++
		}
	}
	return counts
}

// doing returns what a goroutine does for those packages, or "".
func doing(stack string, packages []string) string {
	waiting := true // to run for the first time
	for line := range strings.Lines(stack) {
		if line[0] == '\t' || strings.HasPrefix(line, "goroutine ") {
			continue // where in the file, or a headline
		}
		line = strings.TrimSpace(strings.TrimPrefix(line, "created by "))
		if slices.ContainsFunc(packages, func(p string) bool { return strings.HasPrefix(line, p) }) {
			return function(line)
		}
		waiting = waiting && strings.HasPrefix(line, "sync.(*WaitGroup).Go")
	}
	if waiting {
		return "sync.(*WaitGroup).Go"
	}
	return ""
}

// function returns the name in a line of a stack, without arguments.
func function(line string) string {
	name, _, _ := strings.Cut(line, " in goroutine ")
	if i := strings.LastIndex(name, "("); i > 0 && strings.HasSuffix(name, ")") {
		name = name[:i]
	}
	return name[strings.LastIndex(name, "/")+1:]
}

// Left returns what of those packages still runs that did not run before, one
// line a function. Goroutines on their way out get half a second.
func Left(before map[string]int, packages ...string) (names []string) {
	for range 50 {
		names = nil
		for name, n := range Goroutines(packages...) {
			if n > before[name] {
				names = append(names, name)
			}
		}
		if names == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	slices.Sort(names)
	return names
}
