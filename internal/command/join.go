package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"otel.workshop/internal/room/member"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
)

// An invitation is what a command line says of a room.
type invitation struct {
	url  string // of the room, or ""
	name string // to go by there, or ""
}

// join returns the card of the room that this workshop reports to, or nil when
// it reports to none. Before anything is shared, it says what, and asks.
func (w *workshop) join(ctx context.Context, s *session.Session, in invitation) (*member.Card, error) {
	from := "--room"
	if in.url == "" {
		in.url, from = os.Getenv("WORKSHOP_ROOM"), "WORKSHOP_ROOM"
	}
	card, err := member.Remembered(s.Workspace)
	if err != nil && in.url == "" {
		w.warn(sentence(err) + " Nothing is shared.")
		return nil, nil
	}
	if in.url == "" {
		if card == nil && in.name != "" {
			return nil, usageError{"--name is what you are called in a room, and you are in none: add --room URL"}
		}
		if card == nil {
			return nil, nil
		}
		return w.joinAgain(s, card, in.name)
	}
	address, err := wire.ParseAddress(in.url)
	if err != nil {
		return nil, usageError{fmt.Sprintf("%s names no room: %v. Copy all of the line that your instructor shows, such as http://192.168.1.5:4319/TOKEN", from, err)}
	}
	if card != nil && card.Address == address {
		return w.joinAgain(s, card, in.name)
	}
	return w.joinAnew(ctx, s, address, from, in.name)
}

// joinAgain goes on with a room that was joined before.
func (w *workshop) joinAgain(s *session.Session, card *member.Card, name string) (*member.Card, error) {
	if name = wire.CleanName(name); name != "" && name != card.Name {
		card.Name = name
		if err := card.Remember(s.Workspace); err != nil {
			return nil, err
		}
	}
	return card, w.printf("This workshop reports to the room %q (%s), as %s. It ends with: go run . room leave\n", card.Room(), card.Address.Shown(), card.Name)
}

// joinAnew joins a room, if the learner likes to.
func (w *workshop) joinAnew(ctx context.Context, s *session.Session, a wire.Address, from, name string) (*member.Card, error) {
	greeting, err := member.Ask(ctx, a)
	switch {
	case ctx.Err() != nil:
		return nil, errInterrupted
	case errors.Is(err, member.ErrNoRoom), errors.Is(err, member.ErrMoved):
		return nil, usageError{fmt.Sprintf("%s is %s: %v. Without it, the workshop starts without a room", from, a.Shown(), err)}
	case err != nil:
		w.warn(fmt.Sprintf("The room at %s can't be reached now (%v). It will be tried again.", a.Shown(), err))
	}
	if err := w.printf("%s\n", sharing(a, greeting, w.look().Width)); err != nil {
		return nil, err
	}
	if name == "" {
		if !w.interactive() {
			w.warn("Nothing is shared, as there is nobody here to ask for a name. To join: go run . --room URL --name NAME")
			return nil, nil
		}
		var entered bool
		if name, entered, err = terminal.Ask(ctx, "Your name there (Enter: a guest; - or Ctrl-C: don't join): ", w.stdin, w.stdout); err != nil {
			return nil, ended(ctx, err)
		}
		if !entered || strings.TrimSpace(name) == "-" {
			return nil, w.printf("Not joined: nothing is shared.\n")
		}
	}
	card := member.NewCard(a, name)
	card.Title = greeting.Title
	if err := card.Remember(s.Workspace); err != nil {
		w.warn(sentence(err) + " Nothing is shared.")
		return nil, nil
	}
	return &card, w.printf("You are %s. This workshop reports to the room from now on, also the next time. It ends with: go run . room leave\n", card.Name)
}

// sharing says what a room is told, what it is not, and who hears of it.
func sharing(a wire.Address, g wire.Greeting, width int) string {
	is := "The room at " + a.Shown()
	if g.Title != "" {
		is = fmt.Sprintf("The room %q at %s", g.Title, a.Shown())
	}
	to := "its instructor, and everybody who sees the room's page"
	if g.Forwards {
		to += ", and the backend that its instructor passes it on to"
	}
	if strings.HasPrefix(a.Base, "http:") {
		to += "; over plain HTTP, which others in your network could read"
	}
	return terminal.Look{Width: width}.Told(is+" would like to know how you get on, while you are at work here.", [][2]string{
		{"shared", "the checks' ids, how they end, how long they and each grading take, how many hints you take, and the name that you choose"},
		{"never", "your code, paths, what your service sends, what you or this machine are called"},
		{"with", to},
	})
}

// sentence makes one of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}
