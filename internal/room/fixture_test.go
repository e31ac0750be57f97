package room

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/crowd"
)

// steps is a syllabus of two steps with so many checks each.
func steps(checks int) []lesson.Step {
	var all []lesson.Step
	for i, name := range []string{"01-minimal", "02-handler-spans"} {
		s := lesson.Step{Number: i + 1, Name: name}
		for n := range checks {
			s.Checks = append(s.Checks, lesson.Check{Step: name, ID: "check-" + string(rune('a'+n%26)) + string(rune('a'+n/26)), Further: n%4 == 3})
		}
		all = append(all, s)
	}
	return all
}

// open opens a room of this machine alone.
func open(t testing.TB, o Options) *Room {
	if o.Steps == nil {
		o.Steps = steps(4)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	r, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Close(t.Context()) })
	return r
}

// address is where a room is reached on this machine.
func address(r *Room) string { return r.Invite()[0].String() }

func sendTraces(t testing.TB, p *crowd.Participant, r *Room, td ptrace.Traces) (int, string) {
	status, says, err := p.SendTraces(http.DefaultClient, address(r), td)
	require.NoError(t, err)
	return status, says
}

func sendMetrics(t testing.TB, p *crowd.Participant, r *Room, md pmetric.Metrics) (int, string) {
	status, says, err := p.SendMetrics(http.DefaultClient, address(r), md)
	require.NoError(t, err)
	return status, says
}

func send(t testing.TB, p *crowd.Participant, r *Room, signal string, body []byte) (int, string) {
	status, says, err := p.Post(http.DefaultClient, address(r), signal, body, false)
	require.NoError(t, err)
	return status, says
}
