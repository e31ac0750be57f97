package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/waterfall"
)

// A Figure is one thing that can be compared: in words, for a person.
type Figure struct {
	ID            ID
	Label         string
	Broken, Right string // "" where there is nothing to say
	Differs       bool   // by more than chance: times have to differ by much
}

// An ID names a figure.
type ID string

// The figures, see [figures] for what they say.
const (
	Answered      ID = "answered"
	Answers       ID = "answers"
	Lost          ID = "lost"
	Outside       ID = "outside"
	Strays        ID = "strays"
	Orphans       ID = "orphans"
	Spans         ID = "spans"
	ServerSpans   ID = "server-spans"
	PaymentSpans  ID = "payment-spans"
	Counted       ID = "counted"
	QueryCount    ID = "query-count"
	RequestCount  ID = "request-count"
	QueryResults  ID = "query-results"
	QueryP50      ID = "query-p50"
	QueryP99      ID = "query-p99"
	QueryTimes    ID = "query-times"
	BiggestSeries ID = "biggest-series"
	Overflow      ID = "overflow"
	Series        ID = "series"
	Instruments   ID = "instruments"
	Exemplars     ID = "exemplars"
	CallerP50     ID = "caller-p50"
	CallerP99     ID = "caller-p99"
	RequestP50    ID = "request-p50"
	RequestP99    ID = "request-p99"
	Names         ID = "names"
	Failed        ID = "failed"
	MarkedOK      ID = "marked-ok"
	ErrorTypes    ID = "error-types"
	Routes        ID = "routes"
	Refusals      ID = "refusals"
	Contents      ID = "contents"
	TimedResults  ID = "timed-results"
	Texts         ID = "texts"
	Lengths       ID = "lengths"
	Shapes        ID = "shapes"
	Services      ID = "services"
	Longest       ID = "longest"
	Connections   ID = "connections"
	Exit          ID = "exit"
	Status        ID = "status"
	Printed       ID = "printed"
)

// A figure is how a [Figure] is made of two sides.
type figure struct {
	id      ID
	label   string
	says    func(Side) string
	other   func(s, other Side) string    // instead of says, where the words depend on the other side
	differs func(broken, right Side) bool // nil: when they say something else
	given   func(Side) bool               // what both sides must have, or there is no more to say than that one has not; nil: nothing
}

// has reports whether there is something to compare.
func (f figure) has(broken, right Side) bool {
	return f.given == nil || f.given(broken) && f.given(right)
}

// compare makes the figures of two sides: those that differ, and those that
// the scenario always tells.
func compare(broken, right Side, scenario Scenario) []Figure {
	var all []Figure
	for _, f := range figures {
		if !f.has(broken, right) {
			continue
		}
		out := Figure{ID: f.id, Label: f.label}
		if f.other != nil {
			out.Broken, out.Right = f.other(broken, right), f.other(right, broken)
		} else {
			out.Broken, out.Right = f.says(broken), f.says(right)
		}
		if f.differs != nil {
			out.Differs = f.differs(broken, right)
		} else {
			out.Differs = out.Broken != out.Right
		}
		if out.Broken+out.Right != "" && (out.Differs || slices.Contains(scenario.Always, f.id)) {
			all = append(all, out)
		}
	}
	return all
}

// Figure returns the figure of that name; false when it is not among them.
func (r Result) Figure(id ID) (Figure, bool) {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.ID == id })
	if i < 0 {
		return Figure{}, false
	}
	return r.Figures[i], true
}

// Point returns the most telling of the figures that differ; false when none
// does.
func (r Result) Point() (Figure, bool) {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.Differs })
	if i < 0 {
		return Figure{}, false
	}
	return r.Figures[i], true
}

// ofAll says a part and the whole.
func ofAll(n, all int) string { return fmt.Sprintf("%d of %d", n, all) }

// serverSpans says how many of the answered requests left one; or only how many
// there are, when those of callers that had hung up are among them.
func serverSpans(s Side) string {
	n, answered := s.Telemetry.ServerSpans, len(s.Callers.Answered())
	if n > answered {
		return fmt.Sprint(n)
	}
	return ofAll(n, answered)
}

// counted says what the metrics made of one replica's end after the other.
func counted(s Side) string {
	var all []string
	for _, n := range s.Counted {
		all = append(all, fmt.Sprint(n))
	}
	return strings.Join(all, ", then ")
}

// ratio says a quotient with one decimal, where there is something behind the
// point.
func ratio(a, b int) string {
	if b == 0 {
		return "0"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(a)/float64(b)), ".0")
}

// some says the first of several names, and how many more there are.
func some(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return out
}

// without returns what is in a and not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// spans says how many there are, and how many of a request; nothing where both
// sides have sent nothing but server spans, which have a figure of their own.
func spans(s, other Side) string {
	t, n := s.Telemetry, len(s.Callers.Requests)
	switch {
	case t.Spans == t.ServerSpans && other.Telemetry.Spans == other.Telemetry.ServerSpans:
		return ""
	case n == 0 || t.Spans <= n:
		return fmt.Sprint(t.Spans)
	}
	return fmt.Sprintf("%d (%s a request)", t.Spans, ratio(t.Spans, n))
}

// biggest says which metric has most series.
func biggest(s Side) string {
	m, ok := s.Telemetry.Biggest()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d, %s", len(m.Points), m.Name)
}

func answers(s Side) string {
	var parts []string
	statuses := s.Callers.Statuses()
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		parts = append(parts, fmt.Sprintf("%d × %d", statuses[status], status))
	}
	if n := s.Callers.HungUp(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d hung up", n))
	}
	return strings.Join(parts, ", ")
}

// lengths says how long the longest spans of a name are, where the other
// side's are much longer or shorter.
func lengths(s, other Side) string {
	var parts []string
	for _, name := range s.Telemetry.Names {
		mine := s.Telemetry.LongestOf[name]
		if theirs, both := other.Telemetry.LongestOf[name]; both && farApart(mine, theirs) {
			parts = append(parts, name+" "+waterfall.FormatDuration(mine))
		}
	}
	return some(parts)
}

func latency(q float64) func(Side) string {
	return func(s Side) string { return waterfall.FormatDuration(s.Callers.Quantile(q)) }
}

func percentile(name string, q float64) func(Side) string {
	return func(s Side) string {
		h, ok := s.Telemetry.Histogram(name)
		if !ok {
			return ""
		}
		return h.text(h.Quantile(q))
	}
}

// exit says how long the service took to end, and how.
func exit(s Side) string {
	switch e := s.Ended; {
	case s.StartErr != nil:
		return "it did not start"
	case e.ByItself:
		return "it ended by itself"
	case e.Killed:
		return "killed after " + waterfall.FormatDuration(e.Took)
	default:
		return waterfall.FormatDuration(e.Took)
	}
}

func exitsApart(broken, right Side) bool {
	a, b := broken.Ended, right.Ended
	return a.Killed != b.Killed || a.ByItself != b.ByItself || (broken.StartErr == nil) != (right.StartErr == nil) ||
		farApart(a.Took, b.Took) && max(a.Took, b.Took)-min(a.Took, b.Took) >= time.Second // connections are waited for in steps of half that
}

// chance is how much two times differ at most for no reason, on a machine that
// is busy with other things.
const chance = 500 * time.Millisecond

// farApart reports whether two times differ by more than chance on a busy
// machine.
func farApart(a, b time.Duration) bool {
	a, b = min(a, b), max(a, b)
	return b-a >= chance && b >= 2*a
}

// mediansApart is less patient than farApart: of many requests, half are not
// slow by chance.
func mediansApart(broken, right Side) bool {
	a, b := broken.Callers.Quantile(0.5), right.Callers.Quantile(0.5)
	a, b = min(a, b), max(a, b)
	return b-a >= 100*time.Millisecond && b >= 5*a
}

func apart(of func(Side) time.Duration) func(Side, Side) bool {
	return func(a, b Side) bool { return farApart(of(a), of(b)) }
}

func estimatesApart(name string, q float64) func(Side, Side) bool {
	return func(broken, right Side) bool {
		a, ok := broken.Telemetry.Histogram(name)
		b, ok2 := right.Telemetry.Histogram(name)
		if !ok || !ok2 {
			return ok != ok2
		}
		x, y := a.Quantile(q).Value, b.Quantile(q).Value
		return a.Unit != b.Unit || max(x, y)-min(x, y) >= chance.Seconds() && max(x, y) >= 2*min(x, y)
	}
}

// connectionsApart allows for a pool that has a few more or less: how many
// requests it had to serve at once is chance. None at all is not.
func connectionsApart(broken, right Side) bool {
	a, ok := broken.Telemetry.Total(connections)
	b, ok2 := right.Telemetry.Total(connections)
	return ok != ok2 || (a == 0) != (b == 0) || max(a, b)-min(a, b) > 4
}
