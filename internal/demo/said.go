package demo

import (
	"regexp"
	"slices"
	"strings"
)

var changing = regexp.MustCompile(`\b[0-9a-f]{8,}\b|[0-9]+`)

// kind is a line without what is different every time, such as times, ports
// and ids. An id of zeros is none.
func kind(line string) string {
	return changing.ReplaceAllStringFunc(line, func(s string) string {
		if len(s) >= 16 && strings.Trim(s, "0") == "" {
			return "0"
		}
		return "#"
	})
}

// Said returns the kinds of lines among the last ones that the service
// printed: sorted, each once.
func (s Side) Said() []string {
	kinds := set{}
	for _, line := range s.Ended.Last {
		kinds[kind(line)] = true
	}
	return kinds.sorted()
}

// Alone returns the last lines that the service printed and the other one did
// not, the latest of each kind, in order.
func (s Side) Alone(other Side) []string {
	said := other.Said()
	var lines []string
	for _, line := range slices.Backward(s.Ended.Last) {
		if k := kind(line); !slices.Contains(said, k) {
			said = append(said, k)
			lines = append(lines, line)
		}
	}
	slices.Reverse(lines)
	return lines
}
