package terminal

import (
	"fmt"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
)

// Hint draws a hint, and says which check it is about.
func Hint(h session.Hint, look Look) string {
	title := look.bold(h.Check.Number+" "+h.Check.Title) + "  " + look.dim(h.Check.FullID())
	if h.Spent() {
		return paragraphs(look.cut(title), hints(h.Check.Hints, len(h.Check.Hints), look), look.prose(h.Known, 2),
			look.dim(look.prose(solution(h.Check, "These are all its hints."), 2)))
	}
	count := look.paint(report.Yellow, fmt.Sprintf("Hint %d of %d", h.Number, len(h.Check.Hints)))
	after := ""
	if h.Last() {
		after = look.dim(look.prose(solution(h.Check, "That was the last hint."), 2))
	}
	return paragraphs(look.cut(title), "  "+count+"\n\n"+look.markdown(h.Text, 2), look.prose(h.Known, 2), after)
}

// Hints draws the hints of a check that were given, to be read again.
func Hints(c lesson.Check, given int, look Look) string {
	title := look.bold(c.Number+" "+c.Title) + "  " + look.dim(c.FullID())
	if given == 0 {
		return paragraphs(look.cut(title), look.prose("None of its hints was given yet: "+command("go run . hint "+c.FullID())+" gives the first.", 2))
	}
	return paragraphs(look.cut(title), hints(c.Hints[:given], len(c.Hints), look))
}

// hints draws the first of so many hints.
func hints(given []string, of int, look Look) string {
	var parts []string
	for i, text := range given {
		count := look.paint(report.Yellow, fmt.Sprintf("Hint %d of %d", i+1, of))
		parts = append(parts, "  "+count+"\n\n"+look.markdown(text, 2))
	}
	return paragraphs(parts...)
}

// solution says where the whole answer is.
func solution(c lesson.Check, before string) string {
	return fmt.Sprintf("%s The whole answer is in solutions/%s; %s shows it against your files.",
		before, c.Step, command("go run . diff "+c.Step[:2]))
}
