package broken_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// A matrix remembers how each check ended on each variant. Safe for concurrent
// use.
type matrix struct {
	mu   sync.Mutex
	rows []row
}

type row struct {
	variant.Variant
	outcomes map[string]grader.Outcome // by check id
}

func (m *matrix) add(v variant.Variant, r grader.Report) {
	m.mu.Lock()
	defer m.mu.Unlock()
	outcomes := make(map[string]grader.Outcome)
	for _, res := range r.Results {
		outcomes[res.Check.ID] = res.Outcome
	}
	m.rows = append(m.rows, row{v, outcomes})
	slices.SortFunc(m.rows, func(a, b row) int { return strings.Compare(a.Step+"/"+a.Name, b.Step+"/"+b.Name) })
}

// complete reports whether every variant was graded.
func (m *matrix) complete(variants []variant.Variant) bool { return len(m.rows) == len(variants) }

// hasSoleCatcher reports whether some variant fails this check and no other.
func (m *matrix) hasSoleCatcher(step, id string) bool {
	return slices.ContainsFunc(m.rows, func(r row) bool {
		return r.Step == step && slices.Equal(r.CaughtBy, []string{id})
	})
}

// readme draws the matrix for people: a row a variant, a column a check.
func (m *matrix) readme(steps []lesson.Step) string {
	var b strings.Builder
	b.WriteString("# Broken on purpose\n\nEach file here is a mistake: a short diff of a solution, and the story that goes with it. They prove that the checks can fail, they are the instructor's demos, and they tell a learner who is stuck what others did. `go run . break NAME` writes one into its step, after a backup.\n\nThe tables say which check catches what: ✗ it fails, · it is blocked by the one that fails. `go test ./broken -update` writes them.\n")
	for _, step := range steps {
		fmt.Fprintf(&b, "\n## %s\n\n| mistake |", step.Name)
		for _, c := range step.Checks {
			fmt.Fprintf(&b, " %s |", c.Number)
		}
		b.WriteString(" what goes wrong |\n|---|" + strings.Repeat(":-:|", len(step.Checks)) + "---|\n")
		for _, r := range m.rows {
			if r.Step != step.Name {
				continue
			}
			fmt.Fprintf(&b, "| [%s](%s/%s.diff) |", r.Name, r.Step, r.Name)
			for _, c := range step.Checks {
				fmt.Fprintf(&b, " %s |", mark(r.outcomes[c.ID]))
			}
			fmt.Fprintf(&b, " %s |\n", r.Summary)
		}
		b.WriteString("\n")
		for _, c := range step.Checks {
			fmt.Fprintf(&b, "%s [%s](../%s)  \n", c.Number, c.ID, c.Lesson())
		}
	}
	return b.String()
}

// text draws the matrix for a terminal.
func (m *matrix) text(steps []lesson.Step) string {
	var b strings.Builder
	for _, step := range steps {
		fmt.Fprintf(&b, "%-28s", step.Name)
		for _, c := range step.Checks {
			fmt.Fprintf(&b, "%5s", c.Number)
		}
		b.WriteString("\n")
		for _, r := range m.rows {
			if r.Step != step.Name {
				continue
			}
			fmt.Fprintf(&b, "%-28s", r.Name)
			for _, c := range step.Checks {
				fmt.Fprintf(&b, "%5s", strings.TrimSpace(mark(r.outcomes[c.ID])))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func mark(o grader.Outcome) string {
	switch o {
	case grader.Fail:
		return "✗"
	case grader.Blocked:
		return "·"
	}
	return " "
}
