package member

import (
	"errors"
	"fmt"
	"net/url"
)

// A Status is how reporting goes at one moment.
type Status struct {
	State    State
	Room     string // its name: see [Card.Room]
	Forwards bool   // it passes on what it hears, to a backend of its instructor's
	Answers  int    // the status that the room answers with, when it is Refusing
	Waiting  int    // gradings that are not sent yet
	Dropped  int    // spans that were given up
}

// String says it in few words: "room: Go workshop ✓". What waits is not in it.
func (s Status) String() string {
	switch s.State {
	case Joining:
		return "room: " + s.Room + " …"
	case Reporting:
		if s.Forwards {
			return "room: " + s.Room + " ✓, and its backend"
		}
		return "room: " + s.Room + " ✓"
	case Unreachable:
		return "room: not reachable"
	case Busy:
		return "room: busy"
	case NoRoom:
		return "room: not at this address"
	case Moved:
		return "room: has a new address, ask for it"
	case Removed:
		return "room: its instructor has removed you"
	case Left:
		return "room: left"
	}
	return fmt.Sprintf("room: answers %d", s.Answers)
}

// Waits says what waits to be sent, "" when nothing has to.
func (s Status) Waits() string {
	switch {
	case s.State == Joining, s.State == Reporting, s.State.over(), s.Waiting == 0:
		return ""
	case s.Waiting == 1:
		return "1 grading waits"
	}
	return fmt.Sprintf("%d gradings wait", s.Waiting)
}

// withoutURL returns what is wrong without the address, which has the token in
// it.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
