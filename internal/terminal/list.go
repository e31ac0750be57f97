package terminal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/report"
	"otel.workshop/internal/session"
)

// List draws the steps and their checks, as they were last graded.
func List(s *session.Session, look Look) (string, error) {
	var parts []string
	stale, unknown := false, false
	for _, step := range s.Steps {
		states, err := s.States(step)
		if err != nil {
			return "", err
		}
		parts = append(parts, heading(step, states, look)+"\n\n"+rows(states, "", true, look))
		for _, st := range states {
			stale = stale || st.Stale
			unknown = unknown || st.Outcome == ""
		}
	}
	for _, step := range s.Workspace.Lost() {
		parts = append(parts, look.prose("steps/"+step+" is not there any more, or its lesson isn't: "+command("go run . reset "+step)+" brings it back.", 2))
	}
	switch {
	case stale:
		parts = append(parts, look.prose("stale: your files have changed since. "+command("go run . check")+" grades them.", 2))
	case unknown:
		parts = append(parts, look.prose("- was not graded yet: "+command("go run . check")+" does that.", 2))
	}
	return paragraphs(parts...), nil
}

// heading is one line about a step: its title, and how much of it passes.
func heading(step lesson.Step, states []session.State, look Look) string {
	title := fmt.Sprintf("%02d · %s", step.Number, step.Title)
	return look.cut(look.bold(title) + "   " + look.dim(tally(states)))
}

// tally counts what passes: "3 of 8 core, 1 of 5 further".
func tally(states []session.State) string {
	var pass, of [2]int
	for _, st := range states {
		if st.Outcome == grader.NotJudged {
			continue
		}
		i := 0
		if st.Check.Further {
			i = 1
		}
		of[i]++
		if st.Outcome == grader.Pass {
			pass[i]++
		}
	}
	text := fmt.Sprintf("%d of %d core", pass[0], of[0])
	// What passes of the further ones while nothing is written says nothing.
	if of[1] > 0 && (pass[0] > 0 || of[0] == 0) {
		text += fmt.Sprintf(", %d of %d further", pass[1], of[1])
	}
	return text
}

// rows draws one line a check, the further ones if wanted, with an arrow at the
// one with the id focus. What another one waits for is always among them.
func rows(states []session.State, focus string, all bool, look Look) string {
	if !all {
		blocks := func(id string) bool {
			return slices.ContainsFunc(states, func(st session.State) bool { return !st.Check.Further && st.BlockedBy == id })
		}
		states = slices.DeleteFunc(slices.Clone(states), func(st session.State) bool { return st.Check.Further && !blocks(st.Check.ID) })
	}
	ids := 0
	for _, st := range states {
		ids = max(ids, len(st.Check.ID))
	}
	var core, further []string
	for _, st := range states {
		line := row(st, focus, ids, look)
		if st.Check.Further {
			further = append(further, line)
		} else {
			core = append(core, line)
		}
	}
	if len(further) > 0 {
		core = append(core, "", "    "+look.dim("further"))
	}
	return strings.Join(append(core, further...), "\n")
}

func row(st session.State, focus string, ids int, look Look) string {
	mark, style := report.Mark(st.Outcome)
	pointer := " "
	if st.Check.ID == focus {
		pointer = "›"
	}
	name := pad(st.Check.Number, 5) + pad(st.Check.ID, ids)
	title := report.Reason(st.Result)
	if st.Stale {
		title += "  (stale)"
	}
	line := fmt.Sprintf("  %s %s %s  ", pointer, look.paint(style, mark), name)
	room := look.Width - ansi.StringWidth(line)
	if room < 8 {
		return look.cut(strings.TrimRight(line, " "))
	}
	return line + look.dim(ansi.Truncate(title, room, "…"))
}
