package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/room"
	"otel.workshop/internal/session"
	"otel.workshop/internal/web"
)

// room opens a room and its page, and says how it is until Ctrl-C.
func (w *workshop) room(ctx context.Context, f roomFlags) (err error) {
	s, err := w.session()
	if err != nil {
		return err
	}
	said := make(chan string, 16) // sentences to print
	o := room.Options{
		Steps: s.Steps, Workspace: s.Workspace, Title: f.title, Patience: f.patience,
		Addr: net.JoinHostPort("", strconv.Itoa(f.port)), Address: f.address, Public: f.public,
		NewToken: f.newToken, Forget: f.forget,
		Tell: func(text string) {
			select {
			case said <- text:
			default: // nobody listens yet, or any more
			}
		},
	}
	backend, err := startForwarder()
	if err != nil {
		return err
	}
	if backend != nil {
		o.Forward = backend
		defer func() {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			before := backend.Stats().Dropped
			if backend.Close(ctx); backend.Stats().Dropped > before {
				w.warn("Forwarding to " + backend.Endpoint() + " has ended: " + backend.Stats().String() + ".")
			}
		}()
	}
	r, err := room.Open(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close(context.Background())) }()
	d, server, err := w.openRoomPage(s, r, backend)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	defer server.Close()
	for _, n := range append(r.Notices(), server.Notice()) {
		if n != "" {
			w.warn(n)
		}
	}
	if err := w.invite(r, server.Address()+"/room", backend); err != nil {
		return err
	}
	if err := w.watchRoom(ctx, r, backend, said); err != nil {
		return err
	}
	return errInterrupted // nothing else ends it
}

// startForwarder makes what passes on to the backend that the environment names,
// or nil.
func startForwarder() (*forward.Forwarder, error) {
	o, err := forward.FromStandardEnvironment(os.Getenv)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	if o.Endpoint == "" {
		return nil, nil
	}
	return forward.Start(o)
}

// invite says how to come into the room, and what comes of it.
func (w *workshop) invite(r *room.Room, page string, backend *forward.Forwarder) error {
	all := r.Invite()
	var b strings.Builder
	fmt.Fprintf(&b, "The room is open. Participants type this in their checkout:\n\n  go run . --room %s\n\n", all[0])
	if code := w.roomCode(all[0].String()); code != "" {
		b.WriteString(code + "\n")
	}
	if len(all) > 1 {
		b.WriteString("Or, from another network that this machine is in:\n\n")
		for _, a := range all[1:min(len(all), 4)] {
			fmt.Fprintf(&b, "  go run . --room %s\n", a)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "The page that shows it, for this machine alone; without names, for a projector:\n\n  %s\n  %s?projector\n\n", page, page)
	b.WriteString(`The room listens beyond this machine. Whoever has its address can report there,
and sees nothing; --new-token ends the address. Shared are the checks that were
graded, how each ended, how long it took, hints taken, and the name that a
participant chooses: never code, paths, or what their service sends.
`)
	if backend != nil {
		fmt.Fprintf(&b, "All of that goes on to %s, and participants are told so.\n", backend.Endpoint())
	}
	fmt.Fprintf(&b, `
Somebody cannot join? On their machine, this has to print a page:

  curl %s

If it does not, look at this machine's firewall; a network for guests may keep
them apart. INSTRUCTOR.md says what to do then. Ctrl-C ends the room, and the
next go run . room goes on with it.

`, all[0])
	return w.printf("%s", b.String())
}

// openRoomPage opens the page of a room. The desk behind it receives at any free
// port: the usual one is left to the instructor's own workshop, or to the backend.
func (w *workshop) openRoomPage(s *session.Session, r *room.Room, backend *forward.Forwarder) (*desk.Desk, *web.Server, error) {
	outside, err := loopback.FromEnvironment(os.Getenv)
	if err != nil {
		return nil, nil, err
	}
	d, err := desk.Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Outside: outside})
	if err != nil {
		return nil, nil, err
	}
	o := web.Options{Outside: outside, Room: r}
	if backend != nil {
		o.RoomTells = func() []string {
			return []string{"Passed on to " + backend.Endpoint() + ": " + backend.Stats().String()}
		}
	}
	server, err := web.Start(d, o)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	return d, server, nil
}
