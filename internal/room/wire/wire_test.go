package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"Ada":                          "Ada",
		"  Ada \t Lovelace\n":          "Ada Lovelace",
		"Zoë 日本 👍":                     "Zoë 日本 👍",
		"\x1b[31mred":                  "[31mred",
		"a\u202eb\u200bc\u0000":        "abc",
		"\xff\xfe":                     "",
		"e\u0301\u0301\u0301\u0301":    "e\u0301\u0301",
		"\u0301a":                      "a",
		"<b>Ada</b>":                   "<b>Ada</b>", // whoever draws it draws it as text
		strings.Repeat("x", 1000):      strings.Repeat("x", MaxName),
		strings.Repeat("x ", 1000):     strings.TrimSuffix(strings.Repeat("x ", MaxName/2), " "),
		strings.Repeat("x", 39) + " y": strings.Repeat("x", 39),
	} {
		got := CleanName(in)
		require.Equal(t, want, got, "%q", in)
		require.Equal(t, got, CleanName(got), "a clean name stays as it is: %q", in)
	}
}

func TestAddress(t *testing.T) {
	tok := NewToken()
	require.Regexp(t, `^[a-z2-7]{16}$`, tok)
	for _, in := range []string{"http://192.168.1.5:4319/" + tok, " http://192.168.1.5:4319/" + strings.ToUpper(tok) + "/ "} {
		a, err := ParseAddress(in)
		require.NoError(t, err, in)
		require.Equal(t, "http://192.168.1.5:4319/"+tok, a.String())
		require.NotContains(t, a.Shown(), tok)
	}
	a, err := ParseAddress("https://rooms.example/go/" + tok)
	require.NoError(t, err)
	require.Equal(t, Address{"https://rooms.example/go", tok}, a)

	for in, says := range map[string]string{
		"":                               "does not begin with http",
		"192.168.1.5:4319/" + tok:        "that is no URL",
		"ftp://a/" + tok:                 "does not begin with http",
		"http:///" + tok:                 "names no host",
		"http://a":                       "does not end with the room's token",
		"http://a/short":                 "does not end with the room's token",
		"http://a/" + tok + "/v1/traces": "does not end with the room's token",
		"http://u@a/" + tok:              "more to it",
		"http://[::%25\xda]/" + tok:      "characters that no address has",
		"http://a/" + tok + "?x":         "more to it",
	} {
		_, err := ParseAddress(in)
		require.ErrorContains(t, err, says, in)
		require.NotContains(t, err.Error(), tok, in)
	}
}

func TestCredential(t *testing.T) {
	a, b := NewCredential(), NewCredential()
	require.True(t, a.Valid())
	require.False(t, Credential("").Valid())
	require.Regexp(t, `^[0-9a-f]{16}$`, a.ID())
	require.Equal(t, a.ID(), a.ID())
	require.NotEqual(t, a.ID(), b.ID())
}
