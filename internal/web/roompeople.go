package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/waterfall"
)

// A peopleView is the grid: people as rows, checks as columns.
type peopleView struct {
	Query   roomQuery
	Chart   chart
	Rows    []memberRow
	Many    bool // too many for a page: they scroll by themselves
	NameURL string
	TimeURL string
	Stats   []string
}

// many is more people than a page should be long.
const many = 40

type memberRow struct {
	ID, Name, URL string
	Class         string // "stuck", "away", "done" or ""
	Number        string // of the check at hand
	State         string // "for 12 min", "away 5 min"
	Cells         cells
	Words         string // all that the picture says, for who does not see it
	Person        *personView
}

// A personView is what there is to know of one person.
type personView struct {
	ID, Name  string
	URL       string // of the same page without it
	RemoveURL string
	At        *lesson.Check
	AtURL     string
	For       string
	Facts     []string
	Twice     bool
	Groups    []checkGroup
	Latest    []activityView
}

// A checkGroup is the checks that stand in one way.
type checkGroup struct {
	Word   string
	Checks []checkMark
}

type checkMark struct {
	Number, Title, Note string
}

type activityView struct{ At, Step, Outcome, Took string }

// perRow is how much longer the grid waits with each person before it is drawn
// again: what nobody can follow needs not be drawn every second.
const perRow = 4 * time.Millisecond

func (s *Server) people(v room.View, q roomQuery) peopleView {
	s.joined.Store(int64(len(v.People)))
	cs := newColumns(v.Steps)
	pv := peopleView{
		Query: q, Chart: newChart(v, cs, 40), Many: len(v.People) > many,
		NameURL: q.byTime(false), TimeURL: q.byTime(true), Stats: append(roomStats(v.Stats), s.roomTells()...),
	}
	checks := make(map[string]lesson.Check, len(cs.list))
	for _, c := range cs.list {
		checks[roomKey(c.check)] = c.check
	}
	list := v.People
	if q.ByTime {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b room.Person) int {
			return cmp.Or(cmp.Compare(waits(b), waits(a)), cmp.Compare(b.For/time.Minute, a.For/time.Minute))
		})
	}
	for _, p := range list {
		row := memberRow{ID: p.ID, Name: printable.Text(p.Name), URL: q.of(p.ID), Cells: cs.row(p)}
		at, known := checks[p.At]
		row.Number = at.Number
		row.say(p, at, known, v.At)
		if p.ID == q.Person {
			row.URL, row.Person = q.of(""), newPerson(p, cs, v.At, q)
		}
		pv.Rows = append(pv.Rows, row)
	}
	return pv
}

// waits ranks people: who stands somewhere comes before who doesn't, and who is
// here before who isn't.
func waits(p room.Person) int {
	switch {
	case p.At == "" || p.Done:
		return 0
	case !p.Here:
		return 1
	}
	return 2
}

// say puts in words how somebody stands.
func (r *memberRow) say(p room.Person, at lesson.Check, known bool, now time.Time) {
	var words []string
	switch {
	case !known:
		r.State = "nothing yet"
		words = append(words, "has told nothing yet")
	case p.Done:
		r.Class, r.State = "done", "done"
		words = append(words, "done with "+at.Number+" "+at.Title)
	default:
		r.State = since(p.For)
		words = append(words, "at "+at.Number+" "+at.Title+" for "+spell(p.For))
		if p.Stuck {
			r.Class = "stuck"
			words = append(words, "stuck")
		}
	}
	if !p.Here {
		r.Class, r.State = "away", "away "+spell(now.Sub(p.Seen))
		words = append(words, "not here")
	}
	if p.Twice {
		words = append(words, "from two places")
	}
	pass := 0
	for _, c := range p.Checks {
		if c.State == wire.Passing {
			pass++
		}
	}
	r.Words = fmt.Sprintf("%s; %d pass", strings.Join(words, ", "), pass)
}

func newPerson(p room.Person, cs columns, now time.Time, q roomQuery) *personView {
	v := &personView{ID: p.ID, Name: printable.Text(p.Name), URL: q.of(""), RemoveURL: "/room/remove" + q.String(), For: spell(p.For), Twice: p.Twice}
	seen := "last heard of " + spell(now.Sub(p.Seen)) + " ago"
	if p.Seen.IsZero() {
		seen = "never heard of"
	}
	v.Facts = append(v.Facts, seen, fmt.Sprintf("%d gradings", p.Gradings))
	if p.Dropped > 0 {
		v.Facts = append(v.Facts, fmt.Sprintf("%d spans were lost on the way", p.Dropped))
	}
	words := []string{wire.Failing: "fail", wire.Passing: "pass", wire.Blocked: "blocked", wire.NotJudged: "not judged"}
	groups := make([]checkGroup, len(words))
	for _, c := range cs.list {
		if roomKey(c.check) == p.At && !p.Done {
			check := c.check
			v.At, v.AtURL = &check, lessonURL(check)
		}
		seen, ok := p.Checks[roomKey(c.check)]
		if !ok || seen.State < 0 || int(seen.State) >= len(words) {
			continue
		}
		mark := checkMark{Number: c.check.Number, Title: c.check.Title}
		if seen.Hints > 0 {
			mark.Note = fmt.Sprintf("hint %d", min(seen.Hints, len(c.check.Hints)))
		}
		if seen.State == wire.Failing && seen.Outcome != "" && seen.Outcome != "fail" {
			mark.Note = strings.TrimSpace(mark.Note + " " + printable.Text(seen.Outcome))
		}
		groups[seen.State].Checks = append(groups[seen.State].Checks, mark)
	}
	for i, g := range groups {
		if len(g.Checks) > 0 {
			v.Groups = append(v.Groups, checkGroup{words[i], g.Checks})
		}
	}
	for _, a := range p.Latest {
		v.Latest = append(v.Latest, activityView{a.At.Local().Format("15:04:05"), printable.Text(a.Step), printable.Text(a.Outcome), waterfall.FormatDuration(a.Duration)})
	}
	return v
}
