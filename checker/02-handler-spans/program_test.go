package handlerspans_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
)

// Some situations are played in a process of its own: what the learner's code
// prints belongs to them then, and when it crashes it is not the check that
// does.

// inChild names the situations that the other process plays.
const inChild = "WORKSHOP_SITUATIONS"

// program is the other process: it plays situations, and tells between what
// the learner's code prints what was seen.
func program() error {
	fmt.Println(recorder.Listening(&net.TCPAddr{})) // it is there, and asks for nothing
	list := map[string][]situation{"failing": failing, "panicking": surviving}[os.Getenv(inChild)]
	testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "situations", F: func(t *testing.T) {
		onSpan = spans{}
		onBegin = func(e *evidence) { tell(begins, e.situation.name, e.way.name) }
		play(t, list, func(e *evidence) bool {
			r := e.requests[0]
			id := r.trace
			server, served := e.server(r)
			if served {
				id = server.SpanContext.TraceID()
			}
			tell(answers, fmt.Sprint(r.code), fmt.Sprint(r.panicked != nil), fmt.Sprint(served), id.String(), r.deciding.String(), e.at().String())
			return true
		})
	}}}, nil, nil) // which exits
	return nil
}

// What the other process tells.
const (
	begins  = "a situation begins"
	answers = "a situation is over"
	started = "a span has started"
	ended   = "a span has ended"
)

const separator = "\x1f"

// tell prints a line on both streams, so that what stands between two of them
// on either belongs to what they tell.
func tell(what string, rest ...string) {
	line := separator + strings.Join(append([]string{what}, rest...), separator)
	fmt.Println(line)
	fmt.Fprintln(os.Stderr, line)
}

// onBegin is called when a situation begins, and onSpan when spans start and
// end, in the other process alone.
var (
	onBegin func(e *evidence)
	onSpan  sdktrace.SpanProcessor
)

// spans tells of spans at once: the process may not live to see the end of the
// situation.
type spans struct{}

func (spans) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) { tell(started, s.Name()) }
func (spans) OnEnd(s sdktrace.ReadOnlySpan)                       { tell(ended, s.Name()) }
func (spans) Shutdown(context.Context) error                      { return nil }
func (spans) ForceFlush(context.Context) error                    { return nil }

// A report is what the other process has told of a situation.
type report struct {
	situation
	way      string
	begun    int  // how often: once on each stream, unless so much was printed that the beginning is lost
	over     bool // otherwise it has crashed
	code     string
	panicked bool
	served   bool // the request has a span
	trace    string
	deciding place    // the line that chose the answer
	at       place    // the line that asked the store
	started  []string // names of spans
	ended    []string // likewise
	printed  []string // by the learner's code
}

// playApart plays situations in the other process, and returns what it has
// told.
func playApart(t *testing.T, name string, list []situation) (reports []*report) {
	t.Helper()
	p, err := recorder.Start(t, inChild+"="+name)
	if err != nil {
		t.Fatal(err)
	}
	p.Ended(20 * time.Second) // one that hangs has not told of all
	var current *report
	for _, line := range p.Printed() {
		cells := strings.Split(line, separator)
		told := len(cells) > 1 && cells[0] == ""
		switch {
		case told && cells[1] == begins:
		case current == nil:
			continue // of a situation whose beginning is lost
		case !told:
			current.printed = append(current.printed, line)
			continue
		}
		switch cells[1] {
		case begins:
			current = reportOf(&reports, list, cells[2], cells[3])
			current.begun++
		case started:
			current.started = append(current.started, cells[2])
		case ended:
			current.ended = append(current.ended, cells[2])
		case answers:
			current.over, current.code, current.trace = true, cells[2], cells[5]
			current.panicked, current.served = cells[3] == "true", cells[4] == "true"
			current.deciding, current.at = placeOf(cells[6]), placeOf(cells[7])
		}
	}
	return reports
}

// reportOf returns the report of a situation, which is begun once on each
// stream.
func reportOf(reports *[]*report, list []situation, name, way string) *report {
	for _, r := range *reports {
		if r.situation.name == name && r.way == way {
			return r
		}
	}
	i := slices.IndexFunc(list, func(s situation) bool { return s.name == name })
	*reports = append(*reports, &report{situation: list[i], way: way})
	return (*reports)[len(*reports)-1]
}

// scene says which situation it was.
func (r *report) scene() string {
	if r.way == "" {
		return r.situation.name
	}
	return r.situation.name + ", " + r.way
}
