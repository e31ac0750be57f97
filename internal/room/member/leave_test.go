package member

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/wire"
)

// Whoever leaves is forgotten, also by a workshop that runs on.
func TestLeavingWhileAWorkshopRuns(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	grade(t, d)
	eventually(t, "a grading", func() bool { return len(room.spans("grade")) == 1 })
	require.NoError(t, Forget(d.Session().Workspace))
	require.NoError(t, Leave(t.Context(), m.card))
	becomes(t, m, Left)
	require.Equal(t, "room: left", d.State().Room.String())
	eventually(t, "it says so, too", func() bool { return len(room.spans(wire.Leave)) == 2 })

	sent := len(room.all())
	grade(t, d)
	time.Sleep(300 * time.Millisecond)
	require.Len(t, room.all(), sent)
	require.Len(t, room.spans("grade"), 1)
	for _, span := range room.spans(wire.Leave) {
		require.Empty(t, span.GetAttributes())
		require.Equal(t, span.GetStartTimeUnixNano(), span.GetEndTimeUnixNano())
	}
}

// To leave one room for another is to leave it.
func TestJoiningAnotherRoomLeavesTheFirst(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	becomes(t, m, Reporting)
	join(t, d.Session().Workspace, somewhere, "Ada")
	becomes(t, m, Left)
	eventually(t, "the room hears of it", func() bool { return len(room.spans(wire.Leave)) == 1 })
}

// A workshop that says nothing for a while notices it all the same.
func TestAWorkshopLooksWhetherItIsStillToReport(t *testing.T) {
	room := &stubRoom{}
	d, _, m := learner(t, room)
	becomes(t, m, Reporting)
	goodbye(m, time.Second)
	m, err := Start(d, m.card) // at its usual pace
	require.NoError(t, err)
	defer goodbye(m, time.Second)
	becomes(t, m, Reporting)
	require.NoError(t, Forget(d.Session().Workspace))
	began := time.Now()
	becomes(t, m, Left)
	require.Less(t, time.Since(began), 2*lookTime)
}

func TestLeavingARoomThatCannotBeTold(t *testing.T) {
	room := &stubRoom{}
	server, a := room.open(t)
	c := NewCard(a, "Ada")
	for code, says := range map[int]string{401: "it answers 401", 404: "not at", 410: "not at", 500: "it answers 500"} {
		room.says(status(code))
		err := Leave(t.Context(), c)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), a.Token)
	}
	room.says(func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, Leave(ctx, c), "is not reachable")
	server.CloseClientConnections()
	server.Close()
	require.ErrorContains(t, Leave(t.Context(), c), "is not reachable")
}
