package room

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room/crowd"
)

// What participants are told is what was given, or where this machine is.
func TestInvite(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		base string // of the first address, with PORT for the room's
	}{
		{Options{Addr: "127.0.0.1:0"}, "http://127.0.0.1:PORT"},
		{Options{Address: "laptop.example"}, "http://laptop.example:PORT"},
		{Options{Address: "laptop.example:80"}, "http://laptop.example:80"},
		{Options{Address: "[fd00::1]"}, "http://[fd00::1]:PORT"},
		{Options{Public: "https://rooms.example/go/"}, "https://rooms.example/go"},
	} {
		r := open(t, tt.o)
		all := r.Invite()
		require.Len(t, all, 1)
		require.Equal(t, strings.ReplaceAll(tt.base, "PORT", r.port), all[0].Base)
	}
	everywhere := open(t, Options{Addr: ":0"}).Invite()
	require.NotEmpty(t, everywhere)
	for _, a := range everywhere {
		resp, err := http.Get(a.String())
		require.NoError(t, err, "each address of this machine leads into the room")
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode)
	}
	for _, o := range []Options{
		{Public: "rooms.example"}, {Public: "https://"}, {Public: "https://u:p@x"}, {Public: "https://x?y=1"},
		{Address: "a b"}, {Address: "http://x"}, {Address: "x/y"}, {Address: ":80"},
	} {
		_, err := Open(o)
		require.Error(t, err, fmt.Sprint(o.Public, o.Address))
	}
}

// A tunnel may leave its path in, or take it out.
func TestTunnelWithAPath(t *testing.T) {
	r := open(t, Options{Public: "https://rooms.example/go"})
	p := crowd.NewParticipant("Ada")
	for _, path := range []string{"/go/", "/"} {
		at := "http://127.0.0.1:" + r.port + path + r.Invite()[0].Token
		status, says, err := p.SendMetrics(http.DefaultClient, at, p.Push(checkA, nil))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, says)
		resp, err := http.Get(at)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Contains(t, string(body), "--room https://rooms.example/go/"+r.Invite()[0].Token)
	}
}

// The address that leads outside comes first, and a private one of IPv4 before
// others.
func TestRank(t *testing.T) {
	var all []netip.Addr
	for _, a := range []string{"2001:db8::5", "172.17.0.1", "192.168.1.5", "203.0.113.7", "fd00::5"} {
		all = append(all, netip.MustParseAddr(a))
	}
	outward := []netip.Addr{all[2], all[0]}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return rank(a, outward) - rank(b, outward) })
	require.Equal(t, "[192.168.1.5 172.17.0.1 203.0.113.7 2001:db8::5 fd00::5]", fmt.Sprint(all))
	require.False(t, isReachable(netip.MustParseAddr("127.0.0.1")))
	require.False(t, isReachable(netip.MustParseAddr("fe80::1")))
}

// A port that is taken is no error.
func TestTakenPort(t *testing.T) {
	first := open(t, Options{Addr: "127.0.0.1:0"})
	second := open(t, Options{Addr: "127.0.0.1:" + first.port})
	require.NotEqual(t, first.port, second.port)
	require.Len(t, second.Notices(), 1)
	require.Contains(t, second.Notices()[0], "the room is at port "+second.port)
}

// The same room is not opened twice.
func TestOpenAlready(t *testing.T) {
	ws := checkout(t)
	first := open(t, Options{Workspace: ws, Addr: "127.0.0.1:0"})
	require.NoError(t, first.save())
	_, err := Open(Options{Steps: steps(1), Workspace: ws, Addr: "127.0.0.1:" + first.port})
	require.ErrorContains(t, err, "it is open already")
}
