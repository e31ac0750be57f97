package web

import (
	"errors"
	"time"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/canned"
	"otel.workshop/internal/room/wire"
)

// A storyRoom is one in which nobody sits: thirty people, and some with names
// that are hard to draw.
type storyRoom struct {
	bell.Bell
	steps []lesson.Step
}

func (r *storyRoom) View() room.View {
	now := time.Now()
	v := canned.Room(r.steps, 30, now)
	v.People = append(v.People, canned.Hostile(r.steps, now).People...)
	canned.Sort(&v)
	return v
}

// Invite leads nowhere.
func (r *storyRoom) Invite() []wire.Address {
	return []wire.Address{{Base: "http://192.0.2.1:4319", Token: "abcdefghijklmnop"}}
}

var errMadeUp = errors.New("this room is made up")

func (r *storyRoom) Revoke() error       { return errMadeUp }
func (r *storyRoom) Remove(string) error { return errMadeUp }
