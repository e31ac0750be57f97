package lesson

import (
	"regexp"
	"strings"
)

// A line is one line of a lesson. What is code or comment only looks like
// Markdown: the parser finds no heading and no tag in it.
type line struct {
	number int // 1-based
	text   string
	code   bool // a fence, inside a fence, or inside an HTML comment
}

var (
	openFence   = regexp.MustCompile("^[ \t]*(```+|~~~+)(.*)$")
	atxHeading  = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*))?$`)
	closeHashes = regexp.MustCompile(`(^|[ \t])#+[ \t]*$`)
)

// scan splits a lesson into lines and marks those that are code. It reports
// the line of a fence or comment that never ends, or 0.
func scan(src string) (lines []line, open int) {
	src = strings.TrimPrefix(strings.ReplaceAll(src, "\r\n", "\n"), "\ufeff")
	src = strings.TrimSuffix(src, "\n")
	var fence string // the fence that is open, or ""
	var comment bool
	for i, text := range strings.Split(src, "\n") {
		l := line{number: i + 1, text: text}
		switch {
		case fence != "":
			l.code = true
			if closes(fence, text) {
				fence, open = "", 0
			}
		case comment:
			l.code = true
			if strings.Contains(text, "-->") {
				comment, open = false, 0
			}
		default:
			if m := openFence.FindStringSubmatch(text); m != nil && (m[1][0] == '~' || !strings.Contains(m[2], "`")) {
				l.code, fence, open = true, m[1], i+1
			} else if t := strings.TrimLeft(text, " "); strings.HasPrefix(t, "<!--") {
				l.code = true
				if !strings.Contains(t[4:], "-->") {
					comment, open = true, i+1
				}
			}
		}
		lines = append(lines, l)
	}
	return lines, open
}

// closes reports whether text ends a code block that fence opened: the same
// character, at least as often, and nothing else.
func closes(fence, text string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(fence) && strings.Trim(text, fence[:1]) == ""
}

// heading returns the level and the text of a heading, or level 0.
func (l line) heading() (level int, text string) {
	if l.code {
		return 0, ""
	}
	m := atxHeading.FindStringSubmatch(l.text)
	if m == nil {
		return 0, ""
	}
	return len(m[1]), strings.Trim(closeHashes.ReplaceAllString(m[2], ""), " \t")
}

func (l line) blank() bool { return !l.code && strings.TrimSpace(l.text) == "" }

// join puts lines together again.
func join(lines []line) string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return strings.Join(texts, "\n")
}
