package web

import (
	"net/url"
	"strings"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// A missedView is a mistake that the learner's tests have let through.
type missedView struct {
	Name, URL    string
	Scene        string
	Ran          string
	Window       string // what both are drawn against, "" without traces
	Wrong, Right *evidenceView
	Tells, Tell  []string // what the mistake tells alone, and the solution
}

// missed draws what such a mistake tells beside what the solution tells of the
// same, on one time scale; it is nil when there is nothing to be seen.
func (s *Server) missed(res grader.Result) *missedView {
	if res.Finding == nil || res.Finding.Missed == nil || res.Finding.Missed.Scene == "" {
		return nil
	}
	m := res.Finding.Missed
	wrong, right := laidOut(res.Traces), laidOut(res.Right.Traces)
	window := max(waterfall.Longest(wrong), waterfall.Longest(right))
	for _, traces := range [][]waterfall.Trace{wrong, right} {
		for i, t := range traces {
			traces[i] = t.Within(window)
		}
	}
	id := res.Check.FullID()
	v := &missedView{
		Name: printable.Text(m.Name()), URL: "/mistakes/" + url.PathEscape(m.Name()), Scene: printable.Text(m.Scene), Ran: printable.Text(strings.Join(m.Ran, ", ")),
		Wrong: s.drawn(res.Check.ID, wrong, res.Metrics, "check/"+id), Right: s.drawn(res.Check.ID, right, res.Right.Metrics, "right/"+id),
		Tells: printableLines(m.Tells), Tell: printableLines(m.Right),
	}
	if window > 0 {
		v.Window = waterfall.FormatDuration(window)
	}
	return v
}

func printableLines(lines []string) (clean []string) {
	for _, line := range lines[:min(len(lines), onlyLines)] {
		clean = append(clean, printable.Text(line))
	}
	return clean
}

// onlyLines is how many lines are shown of what one of two services tells alone.
const onlyLines = 6
