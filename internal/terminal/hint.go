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
		return paragraphs(look.cut(title), look.prose(solution(h.Check, "You have had all its hints."), 2), look.prose(h.Known, 2))
	}
	count := look.paint(report.Yellow, fmt.Sprintf("Hint %d of %d", h.Number, len(h.Check.Hints)))
	after := ""
	if h.Last() {
		after = look.dim(look.prose(solution(h.Check, "That was the last hint."), 2))
	}
	return paragraphs(look.cut(title), "  "+count+"\n\n"+look.markdown(h.Text, 2), look.prose(h.Known, 2), after)
}

// solution says where the whole answer is.
func solution(c lesson.Check, before string) string {
	return fmt.Sprintf("%s The whole answer is in solutions/%s; %s shows it against your files.",
		before, c.Step, command("go run . diff "+c.Step[:2]))
}
