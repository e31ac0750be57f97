package promtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

// Every chart of the room shows where its people are.
func TestRoom(t *testing.T) {
	p := newPrometheus(t)
	now := time.Now().Truncate(time.Second)
	people := map[string]*crowd.Participant{}
	for _, name := range []string{"Ada", "Grace", "Linus"} {
		people[name] = crowd.NewParticipant(name)
		people[name].Now = func() time.Time { return now }
	}
	const first, second = "01-minimal/spans-batched", "02-handler-spans/child-span"
	at := map[string]string{"Ada": second, "Grace": second, "Linus": first}
	states := map[string]wire.State{first: wire.Passing, second: wire.Failing}

	for range 30 { // five minutes
		now = now.Add(interval)
		for name, who := range people {
			who.Graded++
			p.receive(t, who.Push(at[name], states))
		}
	}

	want := map[string]map[string]between{
		"People/":                                                            {"": {3, 3}},
		"At one check for eight minutes/":                                    {"": {0, 0}},
		"What holds the room up/{{workshop_check}}":                          {second: {2, 2}, first: {1, 1}},
		"And for how long, half of them/{{workshop_check}}":                  {second: {30, 30}, first: {30, 30}},
		"Who stands where/":                                                  {"Ada " + second: {30, 30}, "Grace " + second: {30, 30}, "Linus " + first: {30, 30}},
		"Gradings per minute/{{workshop_outcome}}":                           {"fail": about(3 * 6)},
		"Gradings of the last twelve hours, by outcome/{{workshop_outcome}}": {"fail": {90, 90}},
		"Passed by/{{workshop_check}}":                                       {first: {3, 3}},
		"Hints taken/{{workshop_check}}":                                     {second: {4, 4}, first: {2, 2}},
		"How long a grading takes/{{workshop_step}}":                         {"01-minimal": {2, 5}},
		"Spans that could not be sent/":                                      {},
	}
	asked := map[string]bool{}
	for _, q := range dashboard(t, "room.json") {
		key := q.Panel + "/" + q.Legend
		asked[key] = true
		if q.Panel == "Who stands where" { // a table has no legend, but columns
			q.Legend = "{{workshop_participant_name}} {{workshop_check}}"
		}
		require.Contains(t, want, key)
		check(t, q.Panel, want[key], p.query(t, q.Expr, q.Legend, now))
	}
	require.Len(t, asked, len(want))
}
