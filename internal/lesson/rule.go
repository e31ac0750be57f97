package lesson

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// notProse matches the first line of anything but a paragraph: list, quote,
// table, HTML, picture, indented code.
var notProse = regexp.MustCompile(`^(?: {0,3}(?:[-+*][ \t]|[0-9]+[.)][ \t]|[><|]|!\[|#)| {4}|\t)`)

// splitRule takes the rule, the first sentence of the first paragraph, off a
// check's lines and returns it with the Markdown that remains. The rule is ""
// when the lines do not begin with a paragraph, or when it has no full stop.
// Bold marks are dropped from the rule, code spans keep their backticks.
func splitRule(lines []line) (rule, text string) {
	for len(lines) > 0 && lines[0].blank() {
		lines = lines[1:]
	}
	n := 0
	for n < len(lines) && !lines[n].code && !lines[n].blank() && !notProse.MatchString(lines[n].text) {
		n++
	}
	paragraph := join(lines[:n])
	end := sentence(paragraph)
	if end == 0 || strings.Count(outsideCode(paragraph[:end]), "**")%2 != 0 {
		return "", join(lines)
	}
	rule = strings.Join(strings.Fields(plain(paragraph[:end])), " ")
	text = strings.TrimSpace(paragraph[end:]) + "\n" + join(lines[n:])
	return rule, strings.Trim(text, "\n")
}

// sentence returns where the first sentence of s ends: after its full stop,
// question or exclamation mark and whatever closes with it. 0 if it doesn't.
func sentence(s string) int {
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '`':
			i += codeSpan(s[i:])
			continue
		case '.', '?', '!':
			end := i + 1
			for end < len(s) && strings.ContainsRune(`*_)"'`, rune(s[end])) {
				end++
			}
			next, _ := utf8.DecodeRuneInString(s[end:])
			if (end == len(s) || unicode.IsSpace(next)) && !abbreviation(s[:i+1]) {
				return end
			}
		}
		i++
	}
	return 0
}

// abbreviation reports whether s ends in a short form whose full stop does
// not end a sentence.
func abbreviation(s string) bool {
	words := strings.Fields(s)
	switch strings.TrimLeft(words[len(words)-1], `(*_"`) {
	case "e.g.", "i.e.", "cf.", "vs.", "etc.":
		return true
	}
	return false
}

// codeSpan returns the length of the code span that s begins with, or of its
// backticks when they open none.
func codeSpan(s string) int {
	n := len(s) - len(strings.TrimLeft(s, "`"))
	for i := n; i < len(s); {
		j := strings.IndexByte(s[i:], '`')
		if j < 0 {
			break
		}
		i += j
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		i += run
		if run == n {
			return i
		}
	}
	return n
}

// plain drops the bold marks of s; outsideCode drops its code spans.
func plain(s string) string {
	return mapCode(s, func(code string) string { return code }, func(text string) string {
		return strings.ReplaceAll(text, "**", "")
	})
}

func outsideCode(s string) string {
	return mapCode(s, func(string) string { return "" }, func(text string) string { return text })
}

// mapCode rewrites the code spans of s and the text between them.
func mapCode(s string, code, text func(string) string) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '`')
		if i < 0 {
			i = len(s)
		}
		b.WriteString(text(s[:i]))
		s = s[i:]
		if s != "" {
			n := codeSpan(s)
			b.WriteString(code(s[:n]))
			s = s[n:]
		}
	}
	return b.String()
}
