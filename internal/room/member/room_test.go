package member

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session/sessiontest"
)

// Two people and a room, all of them real: what one tells is what the other sees.
func TestInARealRoom(t *testing.T) {
	o := room.Options{Steps: sessiontest.Steps(), Title: "Go workshop", Addr: "127.0.0.1:0", Address: "127.0.0.1"}
	instructor, _ := sessiontest.New(t)
	o.Workspace = instructor.Workspace
	r, err := room.Open(o)
	require.NoError(t, err)
	address := r.Invite()[0]
	greeting, err := Ask(t.Context(), address)
	require.NoError(t, err)
	require.Equal(t, "Go workshop", greeting.Title)

	ada, g := sessiontest.New(t)
	desk := sit(t, ada)
	m := report(t, desk, join(t, ada.Workspace, address, "Ada"))
	grace, _ := sessiontest.New(t)
	other := report(t, sit(t, grace), join(t, grace.Workspace, address, "Grace"))
	g.Set(grader.Pass, "alpha")
	grade(t, desk)
	ada.Hint(ada.Steps[0].Checks[1])
	desk.GoTo(ada.Steps[0].Checks[1])
	sees := func(what string, is func(people []room.Person) bool) {
		t.Helper()
		eventually(t, what, func() bool { return is(r.View().People) })
	}
	sees("where both stand", func(p []room.Person) bool {
		return len(p) == 2 && p[0].Name == "Ada" && p[0].At == "01-first/beta" && p[0].Gradings == 1 && len(p[0].Latest) == 1 &&
			p[0].Checks["01-first/alpha"].State == wire.Passing && p[0].Checks["01-first/beta"].Hints == 1 &&
			p[1].Name == "Grace" && p[1].At == "01-first/alpha"
	})
	require.Equal(t, m.card.Credential.ID(), r.View().People[0].ID)
	require.Zero(t, r.View().Stats.Ignored, "nothing is sent that no room wants")

	// Grace leaves, and is forgotten; the workshop that runs does not bring her
	// back.
	require.NoError(t, Forget(grace.Workspace))
	require.NoError(t, Leave(t.Context(), other.card))
	becomes(t, other, Left)
	sees("Ada alone", func(p []room.Person) bool { return len(p) == 1 && p[0].Name == "Ada" })

	// The room ends and comes again, the same; then with another address.
	require.NoError(t, r.Close(context.Background()))
	becomes(t, m, Unreachable)
	grade(t, desk)
	o.Addr = address.Base[len("http://"):]
	r, err = room.Open(o)
	require.NoError(t, err)
	require.Equal(t, address, r.Invite()[0])
	becomes(t, m, Reporting)
	sees("both gradings", func(p []room.Person) bool { return len(p) == 1 && p[0].Gradings == 2 && len(p[0].Latest) == 2 })
	require.NoError(t, r.Revoke())
	becomes(t, m, Moved)
	require.NoError(t, r.Close(context.Background()))
}
