package forward

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// An endpoint that is the receiver itself should be refused, under whatever name.
func TestCheckLoop(t *testing.T) {
	for _, tc := range []struct {
		to, own string
		loop    bool
	}{
		{"http://127.0.0.1:4318", "127.0.0.1:4318", true},
		{"http://localhost:4318", "127.0.0.1:4318", true},
		{"http://0.0.0.0:4318/team", "127.0.0.1:4318", true},
		{"http://[::ffff:127.0.0.1]:4318", "127.0.0.1:4318", true},
		{"http://127.0.0.1:4318", "0.0.0.0:4318", true},
		{"http://127.0.0.1:4318", "[::]:4318", true},
		{"http://127.0.0.1", "127.0.0.1:80", true},
		{"https://127.0.0.1", "127.0.0.1:443", true},
		{"http://127.0.0.1:4318", "127.0.0.1:4319", false},
		{"http://192.0.2.1:4318", "127.0.0.1:4318", false},
		{"http://192.0.2.1:4318", "0.0.0.0:4318", false},
		{"http://nobody.invalid:4318", "127.0.0.1:4318", false},
	} {
		f := forwardTo(t, tc.to, nil)
		err := f.CheckLoop(t.Context(), "127.0.0.1:1", tc.own)
		if !tc.loop {
			require.NoError(t, err, tc)
			continue
		}
		require.ErrorContains(t, err, "that is this workshop's own receiver, at "+tc.own, tc)
		require.ErrorContains(t, err, "start the backend first", tc)
	}
}

// A request should be recognized when it comes back through others that
// forward, and go no further after a few of them.
func TestChain(t *testing.T) {
	b := serve(t, nil)
	first, second, third := forwardTo(t, b.URL, nil), forwardTo(t, b.URL, nil), forwardTo(t, b.URL, nil)
	first.Offer("traces", []byte("spans"))
	until(t, first, sent(1))
	require.True(t, first.Sent(b.headers))
	require.False(t, second.Sent(b.headers))
	second.Relay("traces", []byte("spans"), b.headers)
	until(t, second, sent(1))
	require.True(t, first.Sent(b.headers))
	require.True(t, second.Sent(b.headers))
	require.False(t, third.Sent(b.headers))
	first.Relay("traces", []byte("spans"), b.headers)
	require.Equal(t, []Loss{{"traces", whyLoop, 1, 0}}, first.Stats().Losses)

	h := make(http.Header)
	for range longestChain {
		h.Add(chainHeader, "0123456789abcdef")
	}
	third.Relay("logs", []byte("records"), h)
	require.Equal(t, []Loss{{"logs", whyLoop, 1, 0}}, third.Stats().Losses)

	// What is no id is not sent on.
	third.Relay("logs", []byte("records"), http.Header{chainHeader: {"evil\r\nX: y, 0123456789ABCDEF, 0123456789abcdef"}})
	until(t, third, sent(1))
	require.Equal(t, "0123456789abcdef, "+third.id, b.headers.Get(chainHeader))
}
