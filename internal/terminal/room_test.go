package terminal

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/session/sessiontest"
)

// The line above the live ones is as long as it was, whatever it says.
func TestTheScreenSaysThatItReports(t *testing.T) {
	d := newSeat(t)
	require.Equal(t, strings.Repeat("─", 80), d.rule())
	lines := strings.Count(d.live(), "\n")
	for _, room := range []desk.Room{
		{Is: "room: Go workshop ✓"},
		{Is: "room: not reachable", Waits: "3 gradings wait"},
		{Is: "room: " + strings.Repeat("Go ", 40) + "✓"},
		{Is: "room: 日本 ✓"},
	} {
		d.desk.SetRoom(room)
		require.Equal(t, 80, ansi.StringWidth(d.rule()), d.rule())
		if ansi.StringWidth(room.String()) < 70 {
			require.Equal(t, room.String(), strings.Trim(d.rule(), "─ "))
		}
		require.Equal(t, lines, strings.Count(d.live(), "\n"))
		d.look.Width = 8 // nobody's, but it is no reason to panic
		require.LessOrEqual(t, ansi.StringWidth(d.rule()), 8)
		d.look.Width = 80
	}
	d.desk.GoTo(d.session.Steps[1].Checks[0])
	require.Contains(t, d.rule(), "room: 日本", "in every step")
}

// Without a screen, a line a change: what waits is no change.
func TestPlainSaysOnceHowReportingGoes(t *testing.T) {
	s, _ := sessiontest.New(t)
	d := openDesk(t, s, nil)
	d.SetRoom(desk.Room{Is: "room: Go workshop …"})
	ctx, cancel := context.WithCancel(t.Context())
	var out sink
	ended := make(chan error)
	go func() { ended <- Plain(ctx, d, Page{}, Look{Width: 80}, &out) }()
	has := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(out.String(), text+"\n") }, 10*time.Second, time.Millisecond, text)
	}
	has("room: Go workshop …")
	d.SetRoom(desk.Room{Is: "room: not reachable", Waits: "1 grading waits"})
	has("room: not reachable, 1 grading waits")
	for range 5 {
		d.SetRoom(desk.Room{Is: "room: not reachable", Waits: "5 gradings wait"})
	}
	d.SetRoom(desk.Room{Is: "room: Go workshop ✓"})
	has("room: Go workshop ✓")
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, 3, strings.Count(out.String(), "room:"), out.String())
}
