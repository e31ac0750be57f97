package crowd_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/crowd"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/session"
	"otel.workshop/internal/web"
	"otel.workshop/internal/workspace"
)

// BenchmarkLook is one look at a room of 500 people: at what there is, and at the
// page.
func BenchmarkLook(b *testing.B) {
	steps, err := syllabus()
	require.NoError(b, err)
	r, err := room.Open(room.Options{Steps: steps, Addr: "127.0.0.1:0"})
	require.NoError(b, err)
	defer r.Close(context.Background())
	for i := range 500 {
		p := crowd.NewParticipant(fmt.Sprintf("Learner %03d", i))
		states, at := map[string]wire.State{}, ""
		for _, s := range steps {
			for _, c := range s.Checks {
				key := workspace.CheckKey(s.Name, c.ID)
				states[key] = wire.State(rand.IntN(4))
				if at == "" || rand.IntN(10) == 0 {
					at = key
				}
			}
		}
		status, says, err := p.SendMetrics(http.DefaultClient, r.Invite()[0].String(), p.Push(at, states))
		require.NoError(b, err)
		require.Equal(b, http.StatusOK, status, says)
	}
	d, err := desk.Open(session.New(workspace.Workspace{Root: b.TempDir()}, steps), nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(b, err)
	defer d.Close()
	page, err := web.Start(d, web.Options{Addr: "127.0.0.1:0", Room: r})
	require.NoError(b, err)
	defer page.Close()
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, r.View().People, 500)
		}
	})
	for _, path := range []string{"/room", "/room?projector"} {
		b.Run("page"+path, func(b *testing.B) {
			for b.Loop() {
				resp, err := http.Get(page.URL() + path)
				require.NoError(b, err)
				n, err := io.Copy(io.Discard, resp.Body)
				require.NoError(b, err)
				require.NoError(b, resp.Body.Close())
				b.ReportMetric(float64(n), "bytes")
			}
		})
	}
}
