package web

import (
	"testing"
)

// The pictures of a room, for a person to look at; what a machine can say of
// them is said here.
func TestRoomScreenshots(t *testing.T) {
	for name, tc := range map[string]struct {
		people int
		path   string
	}{
		"room":           {30, "/room"},
		"room-person":    {30, "/room?by=time&person="},
		"room-invite":    {30, "/room?invite"},
		"room-projector": {30, "/room?projector"},
		"room-joining":   {30, "/room?projector&invite"},
		"room-500":       {500, "/room"},
		"room-empty":     {0, "/room"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := someRoom(t, tc.people)
			tb := openTab(t, s)
			path := tc.path
			if name == "room-person" {
				path += f.view.Holds[0].People[0]
			}
			tb.open(path)
			for _, width := range []int{1280, 390} {
				for _, dark := range []bool{false, true} {
					tb.shot(name, width, dark)
					if tc.people < 100 && (wantsPictures() || dark == (width < 600)) {
						tb.accessible()
					}
				}
			}
		})
	}
}
