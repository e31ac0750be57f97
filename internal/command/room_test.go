package command

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"rsc.io/qr"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/session/sessiontest"

	sess "otel.workshop/internal/session"
)

// The line for participants works from outside, the page shows the room from
// inside, and the next room is the same one.
func TestRoom(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	s, _ := sessiontest.New(t)
	first := openOnce(t, s, roomFlags{title: "Monday", address: "127.0.0.1", patience: time.Minute})
	address := regexp.MustCompile(`go run \. --room (\S+)`).FindStringSubmatch(first)[1]
	require.Contains(t, first, "curl "+address)
	require.Contains(t, first, "Nobody has joined yet.")
	require.NotContains(t, first, "\x1b", "a pipe gets no drawing")

	again := openOnce(t, s, roomFlags{address: "127.0.0.1", patience: time.Minute})
	token := func(printed string) string {
		return regexp.MustCompile(`--room \S+/(\w+)`).FindStringSubmatch(printed)[1]
	}
	require.Equal(t, token(first), token(again))
	anew := openOnce(t, s, roomFlags{address: "127.0.0.1", patience: time.Minute, newToken: true})
	require.NotEqual(t, token(first), token(anew))
}

// openOnce opens a room, asks it what it is, looks at its page, ends it with
// Ctrl-C and returns what was printed.
func openOnce(t *testing.T, s *sess.Session, f roomFlags) string {
	printed, in := io.Pipe()
	w := &workshop{stdin: strings.NewReader(""), stdout: in, stderr: io.Discard, open: func(string) (*sess.Session, error) { return s, nil }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.room(ctx, f) }()
	text := ""
	for !strings.Contains(text, "joined yet") {
		chunk := make([]byte, 4096)
		n, err := printed.Read(chunk)
		require.NoError(t, err)
		text += string(chunk[:n])
	}
	for pattern, want := range map[string]string{
		`--room (\S+)`:        "What it never shares",
		`(http://\S+/room)\n`: "Monday",
	} {
		r, err := http.Get(regexp.MustCompile(pattern).FindStringSubmatch(text)[1])
		require.NoError(t, err)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, http.StatusOK, r.StatusCode)
		require.Contains(t, string(body), want)
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	require.ErrorIs(t, <-ended, errInterrupted)
	return text
}

func TestRoomFlags(t *testing.T) {
	for _, tt := range []struct{ args, says string }{
		{"--port 70000", "is no port"},
		{"--address a --public http://b", "give one of them"},
		{"--patience 0s", "--patience is"},
		{"--title=\x20", "--title is blank"},
		{"--title=" + strings.Repeat("x", 41), "41 characters"},
		{"--public ftp://x", "does not begin with http"},
		{"--address a/b", "is no HOST or HOST:PORT"},
		{"now", "takes no argument"},
	} {
		var out strings.Builder
		w := &workshop{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &out, open: sess.Open}
		args := strings.SplitN(tt.args, " ", 4)
		if strings.HasPrefix(tt.args, "--title") {
			args = []string{tt.args}
		}
		require.NotZero(t, run(t.Context(), w, append([]string{"room"}, args...)))
		require.Contains(t, out.String(), tt.says, tt.args)
	}
}

func TestRoomLine(t *testing.T) {
	require.Equal(t, "Nobody has joined yet.", roomLine(room.View{}))
	v := room.View{
		People: []room.Person{{Here: true, Stuck: true}, {Here: true}, {}},
		Holds:  []room.Hold{{Check: lesson.Check{Number: "2.3", ID: "child-span"}, People: []string{"a", "b"}, Longest: 12 * time.Minute}},
	}
	require.Equal(t, "2 here, 1 away · 1 stuck · most at 2.3 child-span: 2, for up to 12 min", roomLine(v))
}

// What is drawn is the code, two of its rows in a line.
func TestDrawCode(t *testing.T) {
	code, err := qr.Encode("http://192.168.100.200:4319/abcdefgh23456723", qr.L)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(drawCode(code, false), "\n"), "\n")
	require.Len(t, lines, (code.Size+2*frame+1)/2)
	for y := range lines {
		for x, r := range []rune(lines[y]) {
			top, bottom := strings.ContainsRune("█▀", r), strings.ContainsRune("█▄", r)
			require.Equal(t, !code.Black(x-frame, 2*y-frame), top)
			if 2*y+1 < code.Size+2*frame {
				require.Equal(t, !code.Black(x-frame, 2*y+1-frame), bottom)
			}
		}
	}
	require.LessOrEqual(t, len([]rune(lines[0])), 40, "it fits beside nothing, on every terminal")
}

// With a backend in the environment, what is shared goes on to it: the terminal
// says so, and the room to who joins.
func TestRoomPassesOn(t *testing.T) {
	backend := httptest.NewServer(http.NotFoundHandler())
	defer backend.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", backend.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret")
	s, _ := sessiontest.New(t)
	printed := openOnce(t, s, roomFlags{title: "Monday", address: "127.0.0.1", patience: time.Minute})
	require.Contains(t, printed, "All of that goes on to "+backend.URL)
	require.NotContains(t, printed, "secret")

	for name, value := range map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318", "OTEL_EXPORTER_OTLP_HEADERS": "secret"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			var out strings.Builder
			w := &workshop{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &out, open: func(string) (*sess.Session, error) { return s, nil }}
			require.Equal(t, statusUsage, run(t.Context(), w, []string{"room"}))
			require.Contains(t, out.String(), name)
			require.NotContains(t, out.String(), "secret")
		})
	}
}
