package killmatrix

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/variant"
)

// A matrix remembers how each check of a step ended on each variant. Safe for
// concurrent use.
type matrix struct {
	step lesson.Step

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
	slices.SortFunc(m.rows, func(a, b row) int { return strings.Compare(a.Name, b.Name) })
}

// hasSoleCatcher reports whether some variant fails this check and no other.
func (m *matrix) hasSoleCatcher(id string) bool {
	return slices.ContainsFunc(m.rows, func(r row) bool { return slices.Equal(r.CaughtBy, []string{id}) })
}

// readme draws the matrix for people: a row a variant, a column a check.
func (m *matrix) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Broken on purpose: %s\n\n✗ the check fails, · it is blocked by the one that fails. `go test ./broken/... -update` writes this table.\n\n| mistake |", m.step.Name)
	for _, c := range m.step.Checks {
		fmt.Fprintf(&b, " %s |", c.Number)
	}
	b.WriteString(" what goes wrong |\n|---|" + strings.Repeat(":-:|", len(m.step.Checks)) + "---|\n")
	for _, r := range m.rows {
		fmt.Fprintf(&b, "| [%s](%[1]s.diff) |", r.Name)
		for _, c := range m.step.Checks {
			fmt.Fprintf(&b, " %s |", mark(r.outcomes[c.ID]))
		}
		fmt.Fprintf(&b, " %s |\n", r.Summary)
	}
	b.WriteString("\n")
	for _, c := range m.step.Checks {
		fmt.Fprintf(&b, "%s [%s](../../%s)  \n", c.Number, c.ID, c.Lesson())
	}
	return b.String()
}

// text draws the matrix for a terminal.
func (m *matrix) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s", m.step.Name)
	for _, c := range m.step.Checks {
		fmt.Fprintf(&b, "%5s", c.Number)
	}
	b.WriteString("\n")
	for _, r := range m.rows {
		fmt.Fprintf(&b, "%-28s", r.Name)
		for _, c := range m.step.Checks {
			fmt.Fprintf(&b, "%5s", strings.TrimSpace(mark(r.outcomes[c.ID])))
		}
		b.WriteString("\n")
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
