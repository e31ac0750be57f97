package web

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room"
	"otel.workshop/internal/room/canned"
	"otel.workshop/internal/session/sessiontest"
)

// Whatever people are called, and whatever their workshops say of their gradings,
// the page has the tags that it has with plain words.
func FuzzRoom(f *testing.F) {
	for _, name := range canned.HostileNames {
		f.Add(name, name)
	}
	ss, _ := sessiontest.New(f)
	s, _ := serveRoom(f, ss, room.View{}, "")
	now := time.Unix(1_800_000_000, 0)
	tags := func(t testing.TB, name, word string) []string {
		v := canned.Room(ss.Steps, 2, now)
		v.Title, v.Stats.Refused = "Room "+name, map[string]int{word: 1}
		for i := range v.People {
			v.People[i].Name = name
			v.People[i].Latest = []room.Activity{{At: now, Step: word, Outcome: word}}
		}
		canned.Sort(&v)
		q := roomQuery{Person: v.People[0].ID}
		var b strings.Builder
		require.NoError(t, templates().ExecuteTemplate(&b, "room-now", s.now(v, q)))
		require.NoError(t, templates().ExecuteTemplate(&b, "room-people", s.people(v, q)))
		return tag.FindAllString(b.String(), -1)
	}
	plain := tags(f, "Ada", "fail")
	f.Fuzz(func(t *testing.T, name, word string) {
		require.Equal(t, plain, tags(t, name, word))
	})
}
