package lesson

import (
	"fmt"
	"regexp"
	"strings"
)

// hintsPerCheck is how many hints a check has, from a nudge to the lines.
const hintsPerCheck = 3

var (
	openDetails  = regexp.MustCompile(`^ {0,3}<details\b`)
	closeDetails = regexp.MustCompile(`</details>[ \t]*$`)
	details      = regexp.MustCompile(`(?s)^\s*<details\b[^>]*>\s*<summary>(.*?)</summary>(.*)</details>\s*$`)
	hintSummary  = regexp.MustCompile(`^Hint ([0-9]+)\b`)
)

// detailsEnd returns the index of the line that ends the <details> block which
// begins at lines[0], or -1 when a heading, another block or the end of the
// lesson comes first.
func detailsEnd(lines []line) int {
	for i, l := range lines {
		level, _ := l.heading()
		switch {
		case l.code:
		case i > 0 && openDetails.MatchString(l.text), level > 0 && level <= checkLevel:
			return -1
		case closeDetails.MatchString(l.text):
			return i
		}
	}
	return -1
}

// hint returns the number and the Markdown of a <details> block whose summary
// says "Hint 1…". Any other block is part of the explanation: ok is false.
func hint(block []line) (number, body string, ok bool) {
	m := details.FindStringSubmatch(join(block))
	if m == nil {
		return "", "", false
	}
	h := hintSummary.FindStringSubmatch(strings.TrimSpace(m[1]))
	if h == nil {
		return "", "", false
	}
	return h[1], trimBlankLines(m[2]), true
}

// addHint appends a hint to the check, whose hints have to come in order.
func (c *Check) addHint(number, body string) error {
	want := fmt.Sprint(len(c.Hints) + 1)
	c.Hints = append(c.Hints, body)
	switch {
	case number != want:
		return fmt.Errorf("check %s: this is hint %s, but the summary says hint %s", c.ID, want, number)
	case body == "":
		return fmt.Errorf("check %s: hint %s is empty", c.ID, number)
	}
	return nil
}

// trimBlankLines drops the blank lines around s, but not the indentation of
// its first line, which may be code.
func trimBlankLines(s string) string {
	lines := strings.Split(s, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), " \t\n")
}
