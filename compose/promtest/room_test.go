package promtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

// The checks of a small workshop.
const (
	batched = "01-minimal/spans-batched"
	child   = "02-handler-spans/child-span"
)

func steps() []lesson.Step {
	return []lesson.Step{
		{Name: "01-minimal", Checks: []lesson.Check{{Step: "01-minimal", ID: "spans-batched"}}},
		{Name: "02-handler-spans", Checks: []lesson.Check{{Step: "02-handler-spans", ID: "child-span"}}},
	}
}

// Offer makes a collector the backend of a room.
func (c *collector) Offer(signal string, body []byte) {
	if signal == "metrics" {
		_ = c.keepMetrics(body) // of a room that writes what can't be read, take finds nothing
	}
}

// Every chart of the room shows what participants have told it, as it passes
// that on.
func TestRoom(t *testing.T) {
	told, backend := prometheuses(t), &collector{}
	r, err := room.Open(room.Options{Steps: steps(), Addr: "127.0.0.1:0", Forward: backend})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close(t.Context())) })
	people := []*crowd.Participant{crowd.NewParticipant("Ada"), crowd.NewParticipant("Grace"), crowd.NewParticipant("Linus")}
	at := []string{child, child, batched}

	began := time.Now().Truncate(time.Second)
	for i := range 13 { // two minutes
		for n, who := range people {
			who.Graded++
			md := who.Push(at[n], map[string]wire.State{batched: wire.Passing, child: wire.Failing})
			dropped(md)
			status, says, err := who.SendMetrics(http.DefaultClient, r.Invite()[0].String(), md)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status, says)
			passedOn := backend.take(t, began.Add(time.Duration(i)*interval))
			for _, p := range told {
				p.receive(t, passedOn)
			}
		}
	}

	want := map[string]map[string]between{
		"People":                                        {"": {3, 3}},
		"At one check for eight minutes":                {"": {0, 0}},
		"What holds the room up":                        {child: {2, 2}, batched: {1, 1}},
		"And for how long, half of them":                {child: {30, 30}, batched: {30, 30}},
		"Who stands where":                              {"Ada " + child: {30, 30}, "Grace " + child: {30, 30}, "Linus " + batched: {30, 30}},
		"Gradings per minute":                           {"fail": about(3 * 6)},
		"Gradings of the last twelve hours, by outcome": {"fail": {39, 39}},
		"Passed by":                                     {batched: {3, 3}},
		"Hints taken":                                   {child: {4, 4}, batched: {2, 2}},
		"How long a grading takes":                      {"01-minimal": {2, 5}}, // the bucket of 3 seconds
		"Spans that could not be sent":                  {"": {6, 6}},
	}
	asked := map[string]bool{}
	for _, q := range dashboard(t, "room.json") {
		if q.Panel == "Who stands where" { // a table has no legend, but columns
			q.Legend = "{{workshop_participant_name}} {{workshop_check}}"
		}
		require.Contains(t, want, q.Panel)
		for profile, p := range told {
			check(t, profile+": "+q.Panel, want[q.Panel], p.query(t, q.Expr, q.Legend, began.Add(12*interval)))
		}
		asked[q.Panel] = true
	}
	require.Len(t, asked, len(want))
}

// dropped adds two spans that a participant could not send.
func dropped(md pmetric.Metrics) {
	m := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().AppendEmpty()
	m.SetName(wire.Dropped)
	m.SetUnit("{item}")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	d := sum.DataPoints().AppendEmpty()
	d.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	d.SetIntValue(2)
}
