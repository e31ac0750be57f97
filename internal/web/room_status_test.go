package web

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
)

func TestThePageSaysThatItReports(t *testing.T) {
	s, _ := fake(t)
	status := func() string {
		w := httptest.NewRecorder()
		s.statusPart(w, httptest.NewRequest("GET", "/status", nil))
		return w.Body.String()
	}
	require.NotContains(t, status(), "room")
	s.desk.SetRoom(desk.Room{Is: "room: <b>Go</b> ✓"})
	require.Contains(t, status(), `<span class="room">· room: &lt;b&gt;Go&lt;/b&gt; ✓</span>`)
	s.desk.SetRoom(desk.Room{Is: "room: not reachable", Waits: "2 gradings wait"})
	require.Contains(t, status(), "· room: not reachable, 2 gradings wait</span>")
}
