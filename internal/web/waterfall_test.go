package web

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

func number(t *testing.T, percent string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(strings.TrimSuffix(percent, "%"), 64)
	require.NoError(t, err)
	return f
}

func TestBarsStayInTheWindow(t *testing.T) {
	s := &Server{}
	for _, st := range stories {
		for _, tr := range waterfall.Layout(st.spans()) {
			v := s.trace(tr, "story/0")
			ids := map[string]bool{}
			for _, r := range v.Rows {
				x, width := number(t, r.X), number(t, r.Width)
				require.GreaterOrEqual(t, x, 0.0, st.Title)
				require.GreaterOrEqual(t, width, 0.05, "%s: even the shortest span is seen", st.Title)
				require.LessOrEqual(t, x+width, 100.001, st.Title)
				require.False(t, ids[r.ID], "%s: %s is there twice", st.Title, r.ID)
				ids[r.ID] = true
			}
			require.Equal(t, len(tr.Rows), len(v.Rows)+v.More)
		}
	}
}

func TestWhatARowSays(t *testing.T) {
	s := &Server{}
	v := s.trace(waterfall.Layout(canned.Failed())[0], "live")
	require.Equal(t, 3, v.Errors)
	require.Equal(t, []serviceView{{"demo-service", "svc-0"}, {"payment-api", "svc-1"}}, v.Services)
	require.True(t, v.Rows[0].Error && v.Rows[0].Critical)
	require.Equal(t, "demo-service", v.Rows[0].Service)
	require.Empty(t, v.Rows[1].Service, "it is its parent's")
	require.Empty(t, v.Rows[0].Tree)
	require.NotEmpty(t, v.Rows[1].Tree)

	orphans := s.trace(waterfall.Layout(canned.LostParent())[0], "live")
	require.Equal(t, "its parent was not received", orphans.Rows[0].Note)

	deep := s.trace(waterfall.Layout(canned.Deep(200))[0], "live")
	require.LessOrEqual(t, deep.Rows[199].TreeWidth, 610)

	long := s.trace(waterfall.Layout(canned.Many(3000))[0], "live")
	require.Len(t, long.Rows, mostRows)
	require.Equal(t, 2000, long.More)
}

func TestLabelsStandWhereThereIsRoom(t *testing.T) {
	for _, tc := range []struct {
		offset, width float64
		anchor        string
	}{{0, 0.1, "start"}, {0.9, 0.1, "end"}, {0, 1, "in"}, {0.1, 0.85, "in"}, {0.5, 0.3, "start"}} {
		var r rowView
		r.place(tc.offset, tc.width)
		require.Equal(t, tc.anchor, r.Anchor, tc)
	}
}
