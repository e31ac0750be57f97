package command

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/member"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

// A stubRoom greets, and counts what it is sent.
type stubRoom struct {
	wire.Address
	greeting wire.Greeting
	sent     atomic.Int64
	server   *httptest.Server
}

func openRoom(t *testing.T) *stubRoom {
	r := &stubRoom{greeting: wire.Greeting{Workshop: true, Title: "Go workshop"}}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case !strings.HasPrefix(req.URL.Path, "/"+r.Token):
			http.NotFound(w, req)
		case req.Method == http.MethodGet:
			_ = json.NewEncoder(w).Encode(r.greeting)
		default:
			r.sent.Add(1)
			w.Header().Set("Content-Type", "application/x-protobuf")
		}
	}))
	t.Cleanup(r.server.Close)
	r.Address = wire.Address{Base: r.server.URL, Token: wire.NewToken()}
	return r
}

// A recording is written to by one goroutine and read by another.
type recording struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *recording) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// inCheckout has a fresh checkout for the working directory.
func inCheckout(t *testing.T) *session.Session {
	t.Setenv("WORKSHOP_ROOM", "")
	s, _ := sessiontest.New(t)
	t.Chdir(s.Root())
	return s
}

func card(t *testing.T, s *session.Session) *member.Card {
	t.Helper()
	c, err := member.Remembered(s.Workspace)
	require.NoError(t, err)
	return c
}

// atWork runs a command line until its output has some words, and returns all of
// it.
func atWork(t *testing.T, s *session.Session, until func(said string) bool, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var said recording
	w := &workshop{stdin: strings.NewReader(""), stdout: &said, stderr: &said, open: func(string) (*session.Session, error) { return s, nil }}
	status := make(chan int)
	go func() { status <- run(ctx, w, args) }()
	require.Eventually(t, func() bool { return until(said.String()) }, 20*time.Second, 5*time.Millisecond, "%s", &said)
	cancel()
	require.Equal(t, 130, <-status)
	return said.String()
}

// once runs a command line that ends by itself.
func once(t *testing.T, s *session.Session, args ...string) (status int, said string) {
	t.Helper()
	var out recording
	w := &workshop{stdin: strings.NewReader(""), stdout: &out, stderr: &out, open: func(string) (*session.Session, error) { return s, nil }}
	status = run(t.Context(), w, args)
	return status, out.String()
}

func has(words string) func(string) bool {
	return func(said string) bool { return strings.Contains(said, words) }
}

func TestNobodyReportsWhoWasNotAsked(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	for _, args := range [][]string{{"--room", room.String()}, {"01", "--room", room.String()}} {
		said := atWork(t, s, has("core checks pass"), args...)
		require.Contains(t, said, `The room "Go workshop" at `+room.Shown())
		require.Contains(t, said, "Nothing is shared, as there is nobody here to ask for a name. To join: go run . --room URL --name NAME")
		require.NotContains(t, said, room.Token)
		require.Nil(t, card(t, s))
		require.Zero(t, room.sent.Load())
	}
	said := atWork(t, s, has("core checks pass"))
	require.NotContains(t, said, "room", "there is none")
}

func TestARoomIsJoinedOnceAndLeft(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	room.greeting.Forwards = true
	said := atWork(t, s, has("room: Go workshop ✓, and its backend"), "--room", room.String(), "--name", " Ada\u202e ")
	for _, words := range []string{
		"shared", "the checks' ids", "how they end", "how many hints", "the name that you choose",
		"never", "your code", "paths", "what your service sends",
		"with", "its instructor", "the backend that its instructor passes it on to", "over plain HTTP", "You are Ada.",
	} {
		require.Contains(t, strings.Join(strings.Fields(said), " "), words)
	}
	c := card(t, s)
	require.Equal(t, "Ada", c.Name)
	require.Equal(t, room.Address, c.Address)

	// The next time, it says so in a line, and asks nothing.
	said = atWork(t, s, has("room: Go workshop ✓"))
	require.Contains(t, said, `This workshop reports to the room "Go workshop" (`+room.Shown()+`), as Ada.`)
	require.NotContains(t, said, "never")
	require.Equal(t, c, card(t, s))

	_, said = once(t, s, "room", "status")
	require.Contains(t, said, "as Ada.")
	require.Regexp(t, `has sent \d+ requests with \d+ spans to `+regexp.QuoteMeta(room.Shown()), said)
	require.Contains(t, said, `"name": "workshop.check.state"`)
	require.NotContains(t, said, room.Token)
	require.NotContains(t, said, string(c.Credential))

	// Who invites again is answered, and another name is another name.
	t.Setenv("WORKSHOP_ROOM", room.String())
	atWork(t, s, has("as Grace."), "--name", "Grace")
	require.Equal(t, "Grace", card(t, s).Name)
	require.Equal(t, c.Credential, card(t, s).Credential)
	t.Setenv("WORKSHOP_ROOM", "")

	sent := room.sent.Load()
	status, said := once(t, s, "room", "leave")
	require.Zero(t, status)
	require.Contains(t, said, `You have left the room "Go workshop", which forgets you.`)
	require.Equal(t, sent+1, room.sent.Load())
	require.Nil(t, card(t, s))
	for _, command := range []string{"leave", "status"} {
		_, said = once(t, s, "room", command)
		require.Contains(t, said, "You are in no room.")
	}
	said = atWork(t, s, has("core checks pass"))
	require.NotContains(t, said, "room")
}

func TestARoomThatIsNotThere(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	room.server.Close()
	said := atWork(t, s, has("room: not reachable"), "--room", room.String(), "--name", "Ada")
	require.Contains(t, said, "The room at "+room.Shown()+" can't be reached now")
	require.Contains(t, said, "It will be tried again.")
	require.Equal(t, "Ada", card(t, s).Name)

	_, said = once(t, s, "room", "leave")
	require.Contains(t, said, "could not be told ("+room.Shown()+" is not reachable): what it knows, it keeps.")
	require.Nil(t, card(t, s))
}

func TestWhatIsNoRoom(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	other := room.Address
	other.Token = wire.NewToken()
	for args, says := range map[string]string{
		"--room hello":                             "--room names no room: it does not begin with http",
		"--room http://192.168.1.5:4319":           "does not end with the room's token",
		"--room " + other.String():                 "what answers there is no room of this workshop, or not that one",
		"--room " + other.String() + " --name Ada": "what answers there is no room of this workshop, or not that one",
		"--name Ada":                               "add --room URL",
		"--rom x":                                  "did you mean --room?",
		"room laeve":                               "leave",
	} {
		status, said := once(t, s, strings.Fields(args)...)
		require.Equal(t, 2, status, "%s: %s", args, said)
		require.Contains(t, said, says, args)
		require.NotContains(t, said, other.Token)
	}
	t.Setenv("WORKSHOP_ROOM", "192.168.1.5")
	status, said := once(t, s)
	require.Equal(t, 2, status)
	require.Contains(t, said, "WORKSHOP_ROOM names no room")
	require.Nil(t, card(t, s))
	require.Zero(t, room.sent.Load())
}

// What can't be remembered is not begun; what can't be read ends.
func TestACardThatIsDamaged(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	sessiontest.Write(t, s.Root(), ".workshop/room.json", "{")
	said := atWork(t, s, has("core checks pass"))
	require.Contains(t, said, "go run . room leave forgets it")
	require.Contains(t, said, "Nothing is shared.")
	said = atWork(t, s, has("room: Go workshop ✓"), "--room", room.String(), "--name", "Ada")
	require.Contains(t, said, "You are Ada.")
	sessiontest.Write(t, s.Root(), ".workshop/room.json", "{")
	_, said = once(t, s, "room", "leave")
	require.Contains(t, said, "Nothing is shared any more.")
	require.NoFileExists(t, filepath.Join(s.Root(), ".workshop", "room.json"))
}

// Another process may leave: whoever runs notices.
func TestLeavingEndsWhatRuns(t *testing.T) {
	s, room := inCheckout(t), openRoom(t)
	left := false
	said := atWork(t, s, func(said string) bool {
		if !left && strings.Contains(said, "room: Go workshop ✓") {
			left = true
			status, _ := once(t, s, "room", "leave")
			require.Zero(t, status)
		}
		return strings.Contains(said, "room: left")
	}, "--room", room.String(), "--name", "Ada")
	require.Equal(t, 1, strings.Count(said, "room: left"))
	require.Equal(t, 1, strings.Count(said, "room: Go workshop ✓"))
}
