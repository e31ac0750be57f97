package terminal

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"
)

// typeText types as a person does, a letter each 200 ms, and returns what was
// said.
func (d seat) typeText(text string) string {
	now := time.Now()
	d.printing = true
	for _, k := range text {
		d.typed(string(k), now)
		now = now.Add(200 * time.Millisecond)
		d.letGo(now)
	}
	return d.said()
}

func TestAFaultTypedAtTheScreenIsRecognised(t *testing.T) {
	d := newSeat(t)
	d.grade()
	require.Contains(t, d.typeText("slow-payment"), "slow-payment is a fault's name. A service that go run . run has started")
	require.Equal(t, "alpha", d.check.ID, "none of its letters was a key")
	require.Empty(t, d.typeText("paymen"))
	require.Contains(t, d.live(), "paymen▌")
	d.letGo(time.Now().Add(time.Minute))
	require.Contains(t, d.live(), "paymen is no fault's name")
	require.Equal(t, "alpha", d.check.ID)

	d.Update(tea.PasteMsg{Content: "collector-down\n"})
	require.Contains(t, d.said(), "collector-down is a fault's name")
	d.Update(tea.PasteMsg{Content: "quit"})
	require.Empty(t, d.said())

	// Keys that begin a name are keys all the same.
	require.Contains(t, d.typeText("l"), "gamma")
	require.Contains(t, d.typeText("pl"), "gamma", "one after the other")
}
