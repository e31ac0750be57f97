package member

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session/sessiontest"
)

var somewhere = wire.Address{Base: "http://192.168.1.5:4319", Token: "abcdefghij234567"}

func TestACardIsRemembered(t *testing.T) {
	s, _ := sessiontest.New(t)
	w := s.Workspace
	none, err := Remembered(w)
	require.NoError(t, err)
	require.Nil(t, none)

	c := NewCard(somewhere, " Ada \x1b Lovelace ")
	require.Equal(t, "Ada Lovelace", c.Name)
	require.True(t, c.Credential.Valid())
	c.Title = "Go workshop"
	require.False(t, c.holds(w))
	require.NoError(t, c.Remember(w))
	again, err := Remembered(w)
	require.NoError(t, err)
	require.Equal(t, &c, again)
	require.True(t, c.holds(w))
	if runtime.GOOS != "windows" {
		info, err := os.Stat(w.StateFile(cardFile))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}

	other := NewCard(somewhere, "Ada")
	require.NotEqual(t, c.Credential, other.Credential)
	require.False(t, other.holds(w), "it is another member's")

	require.NoError(t, Forget(w))
	require.NoError(t, Forget(w))
	require.False(t, c.holds(w))
}

func TestWhoHasNoNameIsAGuest(t *testing.T) {
	for _, name := range []string{"", "  ", "\u200b", "\x00"} {
		require.Regexp(t, `^guest \d{4}$`, NewCard(somewhere, name).Name)
	}
	require.Equal(t, strings.Repeat("x", wire.MaxName), NewCard(somewhere, strings.Repeat("x", 1000)).Name)
}

func TestADamagedCardIsNone(t *testing.T) {
	s, _ := sessiontest.New(t)
	good := `{"address": "` + somewhere.String() + `", "credential": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "name": "Ada"}`
	for name, text := range map[string]string{
		"empty": "", "cut": good[:40], "null": "null", "another address": strings.Replace(good, "http://", "ftp://", 1),
		"no credential": strings.Replace(good, "ABC", "abc", 1), "no name": strings.Replace(good, "Ada", `\u0000`, 1),
		"large": strings.Repeat(" ", 1<<16) + good,
	} {
		sessiontest.Write(t, s.Root(), ".workshop/"+cardFile, text)
		_, err := Remembered(s.Workspace)
		require.ErrorContains(t, err, "go run . room leave", name)
		require.NotContains(t, err.Error(), somewhere.Token, name)
		require.False(t, Card{Address: somewhere}.holds(s.Workspace), name)
	}
	sessiontest.Write(t, s.Root(), ".workshop/"+cardFile, good)
	_, err := Remembered(s.Workspace)
	require.NoError(t, err)
}
