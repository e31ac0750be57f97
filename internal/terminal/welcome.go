package terminal

import (
	"fmt"
	"strings"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
)

const story = "A request takes two seconds, and nothing says where they went. " +
	"You will make a Go service tell, with OpenTelemetry: one small check at a time."

// welcome says what this is and what to do first.
func welcome(d *desk.Desk, page Page, look Look) string {
	s, check, c := d.Session(), d.At(), d.Collector()
	title := look.bold("The Invisible Thread") + look.dim("  ·  an OpenTelemetry workshop")
	parts := []string{look.cut(title), look.prose(story, 0), assignment(s, check, look)}
	for _, n := range c.Notices() {
		parts = append(parts, look.paint(report.Yellow, look.prose(sentence(n), 0)))
	}
	if len(c.Notices()) == 0 {
		parts = append(parts, look.dim(look.prose(fmt.Sprintf("The workshop's collector listens on %s (OTLP over HTTP) and %s (gRPC).",
			c.HTTPAddr(), c.GRPCAddr()), 0)))
	}
	if f := d.Forwarder(); f != nil {
		parts = append(parts, look.prose(Forwards(f), 0))
	}
	if text := page.welcome(); text != "" {
		parts = append(parts, look.prose(text, 0))
	}
	return paragraphs(parts...)
}

// assignment says which check is at hand, and which file to open.
func assignment(s *session.Session, check lesson.Check, look Look) string {
	step := s.Step(check)
	lines := [][2]string{{"step", fmt.Sprintf("%02d %s", step.Number, step.Title)}}
	lines = append(lines, [2]string{"check", check.Number + " " + check.Title + " · " + check.ID})
	if todo, ok := s.TODO(check); ok {
		lines = append(lines,
			[2]string{"open", look.bold(todo.String())},
			[2]string{"find", todo.Text})
	} else {
		lines = append(lines, [2]string{"open", "steps/" + step.Name})
	}
	lines = append(lines, [2]string{"lesson", step.File() + ", section " + check.Number})
	lines = append(lines, [2]string{"then", "save. Every save is graded here, in a second or two."})
	return look.pairs(report.Dim, lines)
}

// sentence makes one of a message: a capital letter, and a stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
