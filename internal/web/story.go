package web

import (
	"fmt"
	"net/http"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// stories are the pictures that are hard to draw.
var stories = []struct {
	Title string
	spans func() []waterfall.Span
}{
	{"The story", canned.TwoSeconds},
	{"One span", canned.One},
	{"An error", canned.Failed},
	{"Cancelled, with an exception event", canned.Cancelled},
	{"An orphan", canned.LostParent},
	{"A torn thread", canned.Torn},
	{"Clock skew", canned.Skewed},
	{"Work in the background", canned.Background},
	{"Twenty minutes beside twenty microseconds", canned.Extremes},
	{"Deep", func() []waterfall.Span { return canned.Deep(30) }},
	{"Wide", func() []waterfall.Span { return canned.Wide(40) }},
	{"Hostile names", canned.Hostile},
	{"Wide characters", canned.WideRunes},
	{"Circles", canned.Cycle},
	{"Duplicates", canned.Duplicates},
	{"No times", canned.Timeless},
	{"500 spans", func() []waterfall.Span { return canned.Many(500) }},
}

type storyView struct {
	Title  string
	Traces []traceView
}

func (s *Server) storyPage(w http.ResponseWriter, _ *http.Request) {
	var views []storyView
	for i, st := range stories {
		v := storyView{Title: st.Title}
		for n, t := range waterfall.Layout(st.spans()) {
			tv := s.trace(t, fmt.Sprintf("story/%d", i))
			for j := range tv.Rows { // the same ids are in several stories
				tv.Rows[j].ID = fmt.Sprintf("t%d-%d-%s", i, n, tv.Rows[j].ID)
			}
			v.Traces = append(v.Traces, tv)
		}
		views = append(views, v)
	}
	s.show(w, "story-page", page{Title: "Story", View: "story", Body: views})
}
