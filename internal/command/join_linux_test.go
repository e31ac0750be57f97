package command

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"otel.workshop/internal/room/member"
	"otel.workshop/internal/session"
)

// openTerminal returns both ends of a pseudo-terminal: what a person types into
// and reads, and what a program has for its terminal.
func openTerminal(t *testing.T) (person, program *os.File) {
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 100}))
	return person, program
}

// atTerminal joins a room as somebody who types does, and returns the card and
// what they saw.
func atTerminal(t *testing.T, room *stubRoom, types string) (*member.Card, string) {
	s := inCheckout(t)
	t.Setenv("TERM", "xterm")
	person, program := openTerminal(t)
	var saw recording
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := person.Read(buf)
			if err != nil {
				return
			}
			_, _ = saw.Write(buf[:n])
		}
	}()
	w := &workshop{stdin: program, stdout: program, stderr: program, open: func(string) (*session.Session, error) { return s, nil }}
	type joined struct {
		card *member.Card
		err  error
	}
	done := make(chan joined, 1)
	go func() {
		c, err := w.join(context.Background(), s, invitation{url: room.String()})
		done <- joined{c, err}
	}()
	require.Eventually(t, func() bool { return strings.Contains(saw.String(), "Your name there") }, 10*time.Second, 5*time.Millisecond, "%q", &saw)
	require.Zero(t, room.sent.Load(), "nothing is shared before")
	_, err := person.WriteString(types)
	require.NoError(t, err)
	select {
	case j := <-done:
		require.NoError(t, j.err)
		require.Equal(t, j.card, card(t, s))
		require.Eventually(t, func() bool { // the last words are on their way
			return strings.Contains(saw.String(), "room leave\r\n") || strings.Contains(saw.String(), "Not joined: nothing is shared.")
		}, 10*time.Second, 5*time.Millisecond)
		return j.card, saw.String()
	case <-time.After(10 * time.Second):
		require.FailNow(t, "no end", "%q", saw.String())
		return nil, ""
	}
}

func TestALearnerIsAskedForAName(t *testing.T) {
	for types, want := range map[string]string{
		"Ada\r":                     "^Ada$",
		"Adx\x7fa Lovelace\r":       "^Ada Lovelace$",
		"\r":                        `^guest \d{4}$`,
		"Zoë\r":                     "^Zoë$",
		"\x1b[200~Grace\x1b[201~\r": "^Grace$", // pasted
	} {
		c, saw := atTerminal(t, openRoom(t), types)
		require.NotNil(t, c, "%q: %q", types, saw)
		require.Regexp(t, want, c.Name)
		require.Contains(t, saw, "what your service sends")
		require.Contains(t, saw, "You are "+c.Name+".")
	}
	for _, types := range []string{"-\r", " - \r", "\x03", "Ada\x03", "\x04"} {
		c, saw := atTerminal(t, openRoom(t), types)
		require.Nil(t, c, "%q", types)
		require.Contains(t, saw, "Not joined: nothing is shared.")
	}
}
