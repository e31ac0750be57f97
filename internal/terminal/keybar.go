package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/report"
)

// A key is one that the screen answers to: its name, the word beside it in the
// bar, and what it does.
type key struct{ name, word, does string }

var keys = []key{
	{"n", "next", "the next check; one that is open may be left"},
	{"p", "back", "the check before"},
	{"h", "hint", "the next of the check's hints"},
	{"f", "further", "a further check, once the core is done"},
	{"o", "lesson", "what the lesson says about the check"},
	{"s", "request", "run your service, send it a request, and draw what it reports"},
	{"w", "web", "open the same workshop in a browser"},
	{"e", "details", "all that the check saw: every span, every attribute, every metric"},
	{"d", "diff", "your files against the solution; it gives the answer away"},
	{"l", "list", "all steps and checks"},
	{"r", "again", "grade again, as every save does"},
	{"?", "keys", "this list"},
	{"q", "quit", "leave; what passes is remembered"},
}

// offers reports whether a key is of use now. Never are h and f at once.
func (m *model) offers(name string) bool {
	res := m.result()
	open := res == nil || !res.Done()
	switch name {
	case "n":
		return m.session.Next(m.check, m.report) != nil
	case "p":
		return m.session.Previous(m.check) != nil
	case "h":
		return open
	case "w":
		return m.page.URL != ""
	case "f":
		return !open && !m.check.Further && m.report.Passed(false) && m.session.Further(m.check, m.report) != nil
	}
	return true
}

// keyBar names the keys that are of use, in as many lines as all of them would
// take: the screen must not jump when one comes or goes.
func (m *model) keyBar() string {
	var offered, most []key
	for _, k := range keys {
		if m.offers(k.name) {
			offered = append(offered, k)
		}
		switch {
		case k.name == "h": // f takes its place, and is longer
		case k.name == "w" && !m.offers("w"): // it won't be, either
		default:
			most = append(most, k)
		}
	}
	bar := m.look.bar(offered)
	for missing := len(m.look.bar(most)) - len(bar); missing > 0; missing-- {
		bar = append(bar, "")
	}
	return strings.Join(bar, "\n")
}

// bar lays keys out in lines, broken between keys.
func (l Look) bar(keys []key) []string {
	var lines []string
	line := ""
	for _, k := range keys {
		item := l.bold(k.name) + l.dim(" "+k.word)
		switch {
		case line == "":
			line = item
		case ansi.StringWidth(line)+2+ansi.StringWidth(item) <= l.Width:
			line += "  " + item
		default:
			lines, line = append(lines, line), item
		}
	}
	return append(lines, line)
}

// meanings says what each key does.
func meanings(look Look) string {
	var rows [][2]string
	for _, k := range keys {
		rows = append(rows, [2]string{k.name, k.does})
	}
	return look.pairs(report.Bold, rows)
}
