package room

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhereSomebodyStands(t *testing.T) {
	r := open(t, Options{Title: "Monday"})
	p := crowd.NewParticipant("Ada")
	const a, b = "01-minimal/check-aa", "01-minimal/check-ba"
	status, says := sendTraces(t, p, r, p.Grading("01-minimal", "fail", map[string]string{a: "pass", b: "crashed"}))
	require.Equal(t, 200, status, says)
	status, says = sendMetrics(t, p, r, p.Push(b, map[string]wire.State{a: wire.Passing, b: wire.Failing}))
	require.Equal(t, 200, status, says)

	v := r.View()
	require.Equal(t, "Monday", v.Title)
	require.Len(t, v.People, 1)
	ada := v.People[0]
	require.Equal(t, p.ID(), ada.ID)
	require.Equal(t, "Ada", ada.Name)
	require.Equal(t, b, ada.At)
	require.InDelta(t, 30, ada.For.Seconds(), 2)
	require.True(t, ada.Here)
	require.False(t, ada.Done)
	require.False(t, ada.Stuck)
	require.False(t, ada.Twice)
	require.Equal(t, map[string]CheckView{a: {State: wire.Passing, Outcome: "pass"}, b: {State: wire.Failing, Outcome: "crashed", Hints: 2}}, ada.Checks)
	require.Equal(t, 1, ada.Gradings)
	require.Len(t, ada.Latest, 1)
	require.InDelta(t, 2, ada.Latest[0].Duration.Seconds(), 0.1)
	require.Len(t, v.Holds, 1)
	require.Equal(t, "check-ba", v.Holds[0].Check.ID)
	require.Equal(t, []string{p.ID()}, v.Holds[0].People)
	require.Equal(t, Stats{Requests: 2, Spans: 3, Gradings: 1, Refused: map[string]int{}}, v.Stats)

	status, says = sendTraces(t, p, r, p.Leaving())
	require.Equal(t, 200, status, says)
	require.Empty(t, r.View().People)
	status, _ = sendMetrics(t, p, r, p.Push(b, nil))
	require.Equal(t, 200, status, "the last words of who has left are no error")
	require.Empty(t, r.View().People, "and bring nobody back")
}

func TestGreeting(t *testing.T) {
	r := open(t, Options{Title: "<b>Monday</b>"})
	get := func(accept string) (*http.Response, string) {
		req, err := http.NewRequest(http.MethodGet, address(r), nil)
		require.NoError(t, err)
		req.Header.Set("Accept", accept)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp, string(body)
	}
	_, body := get("application/json")
	var g wire.Greeting
	require.NoError(t, json.Unmarshal([]byte(body), &g))
	require.Equal(t, wire.Greeting{Workshop: true, Title: "<b>Monday</b>"}, g)

	resp, body := get("text/html,*/*")
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, body, "go run . --room "+address(r))
	require.Contains(t, body, "&lt;b&gt;Monday")
	require.NotContains(t, body, "<b>")
	require.NotContains(t, body, "<script")
}

func TestWhoMayNot(t *testing.T) {
	r := open(t, Options{})
	p := crowd.NewParticipant("Ada")
	push := func() (int, string) { return sendMetrics(t, p, r, p.Push("01-minimal/check-aa", nil)) }
	status, _ := push()
	require.Equal(t, 200, status)

	before := address(r)
	require.NoError(t, r.Revoke())
	require.NotEqual(t, before, address(r))
	status, says, err := p.Post(http.DefaultClient, before, "metrics", nil, false)
	require.NoError(t, err)
	require.Equal(t, http.StatusGone, status)
	require.Contains(t, says, "ask its instructor")
	require.Len(t, r.View().People, 1, "what is known of them stays")

	require.NoError(t, r.Remove(p.ID()))
	require.Error(t, r.Remove(p.ID()))
	require.Empty(t, r.View().People)
	status, says = push()
	require.Equal(t, http.StatusForbidden, status, says)
	require.NoError(t, r.Revoke())
	status, says = push()
	require.Equal(t, 200, status, says)

	status, _, err = p.Post(http.DefaultClient, "http://"+r.Invite()[0].Base[7:]+"/"+wire.NewToken(), "metrics", nil, false)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, status)
	p.Credential = "x"
	status, says = push()
	require.Equal(t, http.StatusUnauthorized, status, says)
	status, _ = send(t, p, r, "logs", nil)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, map[string]int{oldToken: 1, wrongToken: 1, wasRemoved: 1, noCredential: 1, "logs": 1}, r.View().Stats.Refused)
}
