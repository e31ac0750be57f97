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
		for line := range strings.Lines(stack) {
			line = strings.TrimSpace(strings.TrimPrefix(line, "created by "))
			ours := func(p string) bool { return strings.HasPrefix(line, p) }
			if slices.ContainsFunc(packages, ours) || ours("sync.(*WaitGroup).Go(") && !strings.Contains(stack, ".go:") {
				counts[function(line)]++
				break
			}
		}
	}
	return counts
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
