package demo

import (
	"slices"
	"strings"
)

// attempts is how often a side is run when another program takes its port: the
// service is told one that was free a moment ago.
const attempts = 3

// taken is what the systems say of a port that somebody holds: of Linux and
// macOS, and of Windows.
var taken = []string{"address already in use", "Only one usage of each socket address"}

// lostItsPort reports whether the service could not listen, because another
// program had come between. Its callers may have asked that one.
func (s Side) lostItsPort() bool {
	last := s.Ended.Last
	if s.StartErr != nil {
		last = s.StartErr.Ended.Last
	}
	return slices.ContainsFunc(last, func(line string) bool {
		return slices.ContainsFunc(taken, func(words string) bool { return strings.Contains(line, words) })
	})
}
