package web

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/canned"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session"
)

// A fakeRoom shows what it is told to.
type fakeRoom struct {
	bell.Bell

	mu    sync.Mutex
	view  room.View
	token string
	fails error // what is said to each wish
}

func (f *fakeRoom) View() room.View {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.view
	v.People, v.Holds = slices.Clone(v.People), slices.Clone(v.Holds)
	return v
}

func (f *fakeRoom) Invite() []wire.Address {
	f.mu.Lock()
	defer f.mu.Unlock()
	return []wire.Address{{Base: "http://192.168.1.5:4319", Token: f.token}, {Base: "http://10.8.0.1:4319", Token: f.token}}
}

func (f *fakeRoom) Revoke() error {
	f.change(func() { f.token = wire.NewToken() })
	return f.fails
}

func (f *fakeRoom) Remove(id string) error {
	f.change(func() {
		f.view.People = slices.DeleteFunc(slices.Clone(f.view.People), func(p room.Person) bool { return p.ID == id })
		canned.Sort(&f.view)
	})
	return f.fails
}

// change does something to the room, and lets it be known.
func (f *fakeRoom) change(do func()) {
	f.mu.Lock()
	do()
	f.mu.Unlock()
	f.Ring()
}

// serveRoom serves the page of a room, at an address or at a free one.
func serveRoom(t testing.TB, ss *session.Session, v room.View, addr string) (*Server, *fakeRoom) {
	t.Helper()
	d, err := desk.Open(ss, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	f := &fakeRoom{view: v, token: wire.NewToken()}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	s, err := Start(d, Options{Addr: addr, Room: f})
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Close()
		require.NoError(t, d.Close())
	})
	return s, f
}

// someRoom serves the page of a room of so many people at the workshop's steps.
func someRoom(t testing.TB, people int) (*Server, *fakeRoom) {
	t.Helper()
	ss := checkout(t)
	return serveRoom(t, ss, canned.Room(ss.Steps, people, time.Now()), "")
}
