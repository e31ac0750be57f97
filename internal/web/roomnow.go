package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/printable"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// A nowView answers what an instructor asks first: what holds the room up. On a
// projector no name is in it.
type nowView struct {
	Query  roomQuery
	Title  string
	Here   int
	Joined int

	Most  *holdView  // what holds most people up; nil when nothing does
	Next  []holdView // what comes after that
	Rest  []holdView // and all others, folded
	Trick string     // why no demo is named, or ""

	Patience  string
	Stuck     []standView // who has been where they are for longer than that, the longest first
	MoreStuck int
	AllStuck  int

	Chart  *chart // on a projector alone: elsewhere the grid has it
	Share  string // of the core, on a projector
	Invite *inviteView
	Stats  []string // on a projector; elsewhere they stand below the grid

	ProjectorURL, InviteURL string
}

// A holdView is a check at which people stand.
type holdView struct {
	Number, Title, ID string
	Further           bool
	LessonURL         string
	Count             int
	Width             string // of its bar, as a share of the longest
	Times             string // how long they have been there
	Stuck             int
	Names             []standView
	MoreNames         int
	Mistakes          []mistakeLine // that it catches, those that are made for a room first
	MoreMistakes      []mistakeLine
}

// A standView is somebody who stands somewhere.
type standView struct {
	Name, URL string
	Number    string // of the check
	For       string
	Stuck     bool
}

const (
	nextHolds  = 3  // that are shown beside the first
	namesShown = 12 // of who stands at the first, and of who is stuck
	mistakesOf = 3  // that are shown of the first check; of others two
)

func (s *Server) now(v room.View, q roomQuery) nowView {
	n := nowView{
		Query: q, Title: printable.Text(v.Title), Joined: len(v.People),
		ProjectorURL: "/room" + q.toggleProjector(), InviteURL: "/room" + q.toggleInvite(),
	}
	if v.Patience > 0 {
		n.Patience = spell(v.Patience)
	}
	if n.Title == "" {
		n.Title = "The room"
	}
	byID := make(map[string]room.Person, len(v.People))
	for _, p := range v.People {
		byID[p.ID] = p
		if p.Here {
			n.Here++
		}
		if p.Stuck {
			n.AllStuck++
		}
	}
	caught, err := s.caughtBy.load(s.desk.Session().Root())
	if err != nil {
		n.Trick = "The mistakes could not be read: " + err.Error()
	}
	for i, h := range v.Holds {
		hv := holdView{
			Number: h.Check.Number, Title: h.Check.Title, ID: h.Check.ID, Further: h.Check.Further, LessonURL: lessonURL(h.Check),
			Count: len(h.People), Times: times(h), Stuck: h.Stuck,
			Width: fmt.Sprintf("%d%%", 100*len(h.People)/max(1, len(v.Holds[0].People))),
		}
		hv.Mistakes = caught[h.Check.FullID()]
		if q.Projector {
			hv.Mistakes = withoutSummary(hv.Mistakes)
		}
		shown := 2
		if i == 0 {
			shown = mistakesOf
		}
		if len(hv.Mistakes) > shown+1 { // one more takes no more room than to say so
			hv.Mistakes, hv.MoreMistakes = hv.Mistakes[:shown], hv.Mistakes[shown:]
		}
		switch {
		case i == 0:
			if !q.Projector {
				for _, id := range h.People[:min(len(h.People), namesShown)] {
					hv.Names = append(hv.Names, stand(byID[id], h.Check.Number, q))
				}
				hv.MoreNames = len(h.People) - len(hv.Names)
			}
			n.Most = &hv
		case q.Projector && i > nextHolds: // the chart has them
		case q.Projector:
			hv.Mistakes, hv.MoreMistakes = nil, nil
			n.Next = append(n.Next, hv)
		case i <= nextHolds:
			n.Next = append(n.Next, hv)
		default:
			n.Rest = append(n.Rest, hv)
		}
	}
	if q.Projector {
		c := newChart(v, newColumns(v.Steps), 95)
		n.Chart, n.Share, n.Stats = &c, share(v), roomStats(v.Stats)
	} else {
		n.stuck(v, byID, q)
	}
	if q.Invite {
		n.Invite = s.invite(q)
	}
	return n
}

// withoutSummary leaves the names, for which there is room on a projector.
func withoutSummary(mistakes []mistakeLine) []mistakeLine {
	short := slices.Clone(mistakes)
	for i := range short {
		short[i].Summary = ""
	}
	return short
}

// times says how long people have been at a check.
func times(h room.Hold) string {
	switch {
	case len(h.People) == 1, h.Longest < time.Minute:
		return "for " + spell(h.Longest)
	case h.Median < time.Minute:
		return "half have just come, the longest is there for " + spell(h.Longest)
	}
	return fmt.Sprintf("half for over %s, the longest for %s", spell(h.Median), spell(h.Longest))
}

// stuck lists who is, across all checks.
func (n *nowView) stuck(v room.View, byID map[string]room.Person, q roomQuery) {
	type at struct {
		person room.Person
		number string
	}
	var all []at
	for _, h := range v.Holds {
		for _, id := range h.People {
			if p := byID[id]; p.Stuck {
				all = append(all, at{p, h.Check.Number})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b at) int { return int(b.person.For/time.Second) - int(a.person.For/time.Second) })
	for _, a := range all[:min(len(all), namesShown)] {
		n.Stuck = append(n.Stuck, stand(a.person, a.number, q))
	}
	n.MoreStuck = len(all) - len(n.Stuck)
}

func stand(p room.Person, number string, q roomQuery) standView {
	return standView{Name: printable.Text(p.Name), URL: "/room" + q.of(p.ID) + "#p-" + p.ID, Number: number, For: since(p.For), Stuck: p.Stuck}
}

// share says how far a room is, in words.
func share(v room.View) string {
	pass, of := 0, 0
	for _, step := range v.Steps {
		for _, c := range step.Checks {
			if c.Further {
				continue
			}
			for _, p := range v.People {
				of++
				if seen, ok := p.Checks[roomKey(c)]; ok && seen.State == wire.Passing {
					pass++
				}
			}
		}
	}
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%d%% of the core is done", 100*pass/of)
}

// roomStats says what the room has received, for whoever wonders.
func roomStats(st room.Stats) []string {
	lines := []string{fmt.Sprintf("%d requests, with %d spans, have told of %d gradings", st.Requests, st.Spans, st.Gradings)}
	if st.Ignored > 0 {
		lines = append(lines, fmt.Sprintf("%d spans and points were ignored: no workshop sends them", st.Ignored))
	}
	refused, reasons := 0, []string{}
	for _, why := range slices.Sorted(maps.Keys(st.Refused)) {
		refused += st.Refused[why]
		reasons = append(reasons, fmt.Sprintf("%d %s", st.Refused[why], printable.Text(why)))
	}
	if refused > 0 {
		lines = append(lines, fmt.Sprintf("%d requests were refused: %s", refused, strings.Join(reasons, ", ")))
	}
	return lines
}

// roomTells is what the room's owner adds. It stays off the projector: it may
// name a backend.
func (s *Server) roomTells() (lines []string) {
	if s.tells == nil {
		return nil
	}
	for _, line := range s.tells() {
		lines = append(lines, printable.Text(line))
	}
	return lines
}

// An inviteView is what leads into the room.
type inviteView struct {
	Line    string // to type
	Address string
	QR      *qrView
	Others  []string // lines that lead here from other networks
	URL     string   // of who asks for another one
}

// invite says how to join. It is a secret: whoever has it is in the room, and
// this page may be on a projector, in a recording or behind somebody's back. So
// it is nowhere in the page until somebody asks for it.
func (s *Server) invite(q roomQuery) *inviteView {
	v := &inviteView{URL: "/room/revoke" + q.String()}
	for i, a := range s.room.Invite() {
		line := "go run . --room " + a.String()
		if i > 0 {
			v.Others = append(v.Others, line)
			continue
		}
		v.Line, v.Address, v.QR = line, a.String(), drawQR(a.String())
	}
	return v
}
