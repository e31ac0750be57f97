package command

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/loopback"
	"otel.workshop/internal/session/sessiontest"
)

// What could not be forwarded by the end should be told, to whoever has just
// ended the workshop.
func TestCloseDeskTellsWhatWasNotForwarded(t *testing.T) {
	t.Setenv("WORKSHOP_FORWARD", "")
	t.Setenv("WORKSHOP_FORWARD_HEADERS", "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	s, _ := sessiontest.New(t)
	var said strings.Builder
	w := &workshop{stderr: &said, forward: nobody}
	d, err := w.openDesk(t.Context(), s, nil, loopback.Outside{})
	require.NoError(t, err)
	r, err := http.Post("http://"+d.Collector().HTTPAddr()+"/v1/logs", "application/json", strings.NewReader(`{"resourceLogs":[{}]}`))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	require.NoError(t, w.closeDesk(d))
	require.Equal(t, "Forwarding to "+nobody+" has ended: 0 requests sent, 1 dropped; nothing listens there.\n", said.String())
}
