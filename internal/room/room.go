// Package room is where an instructor sees how a room of people gets on: it
// receives what their workshops tell, as package wire has it, and keeps where
// everybody stands.
//
// It listens beyond this machine, and trusts nobody. Without the room's token it
// answers nothing; whoever has that can change what is seen of themselves, and of
// nobody else. Of what comes it keeps the names that package wire has and the
// numbers beside them, never more than [wire.MaxPeople] people with the checks of
// the syllabus; a backend that it is passed on to gets the same, made anew.
package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// DefaultAddr is where a room listens, unless the port is taken: on every
// interface.
const DefaultAddr = ":4319"

// DefaultPatience is how long people are at a check before they are called stuck.
const DefaultPatience = 8 * time.Minute

// Options say how to open a room.
type Options struct {
	Steps     []lesson.Step       // the syllabus
	Workspace workspace.Workspace // where the room is remembered; without a Root it is not

	Title    string        // what it is called; "" is what it was
	Patience time.Duration // DefaultPatience when it is 0

	Addr    string // DefaultAddr when it is empty; port 0 is any free one
	Address string // HOST or HOST:PORT under which members reach it, if that cannot be seen from here
	Public  string // the URL under which they do, through a tunnel

	NewToken bool // the token of last time is revoked
	Forget   bool // nothing of last time is kept

	Forward Forwarder    // takes what came; may be nil
	Tell    func(string) // hears what an instructor should know; may be nil

	now         func() time.Time // for tests
	connections int              // likewise
}

// A Forwarder passes on what a room has received and cleaned: OTLP as protobuf.
// Offer must not wait.
type Forwarder interface {
	Offer(signal string, body []byte) // "traces" or "metrics"
}

// A Room is open until it is closed. Its methods may be called concurrently.
type Room struct {
	opts    Options
	store   *store
	inlet   *collector.Inlet
	host    *collector.Host
	port    string
	notices []string
	callers addressBook // by how often they ask
	wrong   addressBook // by how often they have a wrong token

	mu      sync.Mutex // for what follows
	token   string
	revoked []string // the latest last

	saving sync.WaitGroup
	stop   context.CancelFunc
	saver  saver
}

const (
	// What one remote address may ask, apart from members: a whole course may
	// join at once through one router, or one tunnel.
	callersPerSecond, callersBurst = 500, 2000
	wrongPerSecond, wrongBurst     = 2, 30

	connections = 2 * wire.MaxPeople
	mostRevoked = 16 // tokens that are remembered
)

// Open opens a room, the one of last time if there was one. A port that another
// program holds is no error: a free one takes its place, and [Room.Notices] tells.
func Open(o Options) (*Room, error) {
	if o.now == nil {
		o.now = time.Now
	}
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.connections <= 0 {
		o.connections = connections
	}
	r := &Room{
		opts:    o,
		store:   newStore(newSyllabus(o.Steps), o.Patience),
		callers: addressBook{rate: rate{burst: callersBurst, perSecond: callersPerSecond}},
		wrong:   addressBook{rate: rate{burst: wrongBurst, perSecond: wrongPerSecond}},
	}
	if err := r.checkInvitation(); err != nil {
		return nil, err
	}
	r.load()
	if o.Title != "" {
		r.store.title = wire.CleanName(o.Title)
	}
	if r.token == "" {
		r.token = wire.NewToken()
	} else if o.NewToken {
		r.revoke()
	}
	ln, err := r.listen()
	if err != nil {
		return nil, fmt.Errorf("open the room: %w", err)
	}
	r.inlet = collector.NewInlet(collector.InletOptions{MaxBody: wire.MaxBody, Refused: r.refused})
	r.host = collector.Serve(ln, o.connections, r)
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.saving.Go(func() { r.keepSaving(ctx) })
	r.saving.Go(func() { r.keepRinging(ctx) })
	return r, nil
}

// Notices returns what an instructor should know about the start, in sentences.
func (r *Room) Notices() []string { return slices.Clone(r.notices) }

// View returns what there is to see now.
func (r *Room) View() View { return r.store.view(r.opts.now()) }

// Subscribe returns a channel that has a value whenever the view has changed: see
// [bell.Bell.Subscribe]. That happens often; whoever draws should draw less often.
func (r *Room) Subscribe() (changed <-chan struct{}, cancel func()) {
	return r.store.changed.Subscribe()
}

// Revoke gives the room a new token. Everybody has to join anew; what is known of
// them stays. The error is that this could not be saved: the old token is refused
// all the same, until the room is opened again.
func (r *Room) Revoke() error {
	r.mu.Lock()
	r.revoke()
	r.mu.Unlock()
	return r.save()
}

// revoke is Revoke for callers that hold mu, or are alone.
func (r *Room) revoke() {
	r.revoked = append(r.revoked, r.token)
	r.revoked = r.revoked[max(0, len(r.revoked)-mostRevoked):]
	r.token = wire.NewToken()
	r.store.anew()
}

// Remove removes a person, and refuses what they say until the token is revoked.
func (r *Room) Remove(id string) error {
	if !r.store.remove(id) {
		return errors.New("they are not in the room any more")
	}
	return nil
}

// Close stops listening and saves the room. It may be called more than once.
func (r *Room) Close(ctx context.Context) error {
	r.host.Close(ctx)
	r.inlet.Close()
	r.stop()
	r.saving.Wait()
	return r.save()
}

// keepRinging rings for what changes by the time alone: who is here, for how long.
func (r *Room) keepRinging(ctx context.Context) {
	tick := time.NewTicker(here / 9)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.store.changed.Ring()
		}
	}
}

// listen opens the port, or a free one in its place.
func (r *Room) listen() (net.Listener, error) {
	addr := r.opts.Addr
	if addr == "" {
		addr = DefaultAddr
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("read the address %q: %w", addr, err)
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		taken := err
		if r.isOpenAt(port) {
			return nil, fmt.Errorf("it is open already, at port %s: end the other go run . room first, or look at its page", port)
		}
		if ln, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return nil, taken
		}
	}
	_, r.port, _ = net.SplitHostPort(ln.Addr().String()) // it has one: it listens
	if port != "0" && port != r.port {
		r.notices = append(r.notices, fmt.Sprintf("Port %s cannot be opened, perhaps because another program holds it: the room is at port %s. Who has joined at %s joins anew.", port, r.port, port))
	}
	return ln, nil
}

// isOpenAt reports whether what holds a port is this very room.
func (r *Room) isOpenAt(port string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/"+r.token, nil)
	if err != nil {
		return false
	}
	req.Header.Set("Accept", "application/json")
	client := &http.Client{Transport: &http.Transport{}} // no proxy
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var g wire.Greeting
	return json.NewDecoder(io.LimitReader(resp.Body, 4096)).Decode(&g) == nil && g.Workshop
}
