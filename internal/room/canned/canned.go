// Package canned has rooms that nobody sat in: for tests, and for whoever works
// on the page.
package canned

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// Patience is how long somebody is at a check before these rooms call them
// stuck.
const Patience = 15 * time.Minute

// Room returns a room of so many people, most of them somewhere in the second
// step. The same arguments make the same room.
func Room(steps []lesson.Step, people int, now time.Time) room.View {
	rnd := rand.New(rand.NewPCG(4318, uint64(people)))
	v := room.View{Title: "Observability with Go", At: now, Steps: steps, Patience: Patience}
	for i := range people {
		p := room.Person{ID: fmt.Sprintf("%016x", rnd.Uint64()), Name: name(i), Here: rnd.IntN(15) > 0, Twice: i == 11}
		p.Seen = now.Add(-time.Duration(rnd.IntN(50)) * time.Second)
		if !p.Here {
			p.Seen = now.Add(-time.Duration(5+rnd.IntN(90)) * time.Minute)
		}
		if i != 7 { // who has said nothing yet
			work(rnd, &p, steps)
		}
		v.People = append(v.People, p)
	}
	v.Stats = room.Stats{Requests: 212 * people, Spans: 941 * people, Gradings: 37 * people}
	Sort(&v)
	return v
}

// Sort puts people in their order, and finds out what holds them up.
func Sort(v *room.View) {
	slices.SortFunc(v.People, func(a, b room.Person) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	v.Holds = holds(*v)
}

// work lets somebody come as far as chance has it.
func work(rnd *rand.Rand, p *room.Person, steps []lesson.Step) {
	p.Checks = map[string]room.CheckView{}
	var core []lesson.Check
	for _, step := range steps {
		for _, c := range step.Checks {
			switch {
			case !c.Further:
				core = append(core, c)
			case step.Number == 1 && rnd.IntN(3) == 0, step.Number == 2 && rnd.IntN(7) == 0:
				p.Checks[key(c)] = room.CheckView{State: wire.State(rnd.IntN(4))}
			}
		}
	}
	at := 9 + int(rnd.NormFloat64()*4)
	if rnd.IntN(3) == 0 {
		at = 10 // where most stand
	}
	at = max(0, min(at, len(core)-1))
	for i, c := range core {
		switch {
		case i < at:
			p.Checks[key(c)] = room.CheckView{State: wire.Passing, Outcome: "pass", Hints: max(0, rnd.IntN(9)-5)}
		case c.Step != core[at].Step:
		case i > at && rnd.IntN(4) == 0:
			p.Checks[key(c)] = room.CheckView{State: wire.Passing, Outcome: "pass"}
		case i > at && rnd.IntN(3) == 0:
			p.Checks[key(c)] = room.CheckView{State: wire.Blocked, Outcome: "blocked"}
		default:
			p.Checks[key(c)] = room.CheckView{State: wire.Failing, Outcome: "fail"}
		}
	}
	hand := core[at]
	p.At, p.For = key(hand), time.Duration(rnd.ExpFloat64()*float64(8*time.Minute)).Truncate(time.Second)
	p.Stuck = p.Here && p.For > Patience
	p.Checks[p.At] = room.CheckView{Outcome: "fail", Hints: min(3, int(p.For/(5*time.Minute)))}
	p.Gradings = 3*at + rnd.IntN(20)
	for i := range min(5, p.Gradings) {
		p.Latest = append(p.Latest, room.Activity{
			At: p.Seen.Add(-time.Duration(i) * 70 * time.Second), Step: hand.Step, Outcome: "fail",
			Duration: time.Duration(600+rnd.IntN(3000)) * time.Millisecond,
		})
	}
}

// key names a check as people's workshops do.
func key(c lesson.Check) string { return c.Step + "/" + c.ID }

func holds(v room.View) []room.Hold {
	byKey := map[string][]room.Person{}
	for _, p := range v.People {
		if p.Here && p.At != "" && !p.Done {
			byKey[p.At] = append(byKey[p.At], p)
		}
	}
	var list []room.Hold
	for _, step := range v.Steps {
		for _, c := range step.Checks {
			at := byKey[key(c)]
			if len(at) == 0 {
				continue
			}
			slices.SortFunc(at, func(a, b room.Person) int { return cmp.Compare(b.For, a.For) })
			h := room.Hold{Check: c, Longest: at[0].For, Median: at[len(at)/2].For}
			for _, p := range at {
				h.People = append(h.People, p.ID)
				if p.Stuck {
					h.Stuck++
				}
			}
			list = append(list, h)
		}
	}
	slices.SortStableFunc(list, func(a, b room.Hold) int {
		return cmp.Or(cmp.Compare(len(b.People), len(a.People)), cmp.Compare(b.Longest, a.Longest))
	})
	return list
}

var first = strings.Fields(`Ada Grace Linus Zoë Björn Chiara Mateusz Aylin Kwame Priya Noor Søren Ines Tomáš Yuki Olivia Rafael
	Łucja Hakan Mei Jonas Amara Dmitri Elif François Giulia Ngozi Henrik Ivana Joaquín Katarzyna Lars Maren Nils Oksana
	Pavel Renée Sanjay Tuğba Ulrike Vikram Wiebke Xenia Yusuf Žofia`)

// name returns the name of the i-th, which no other has.
func name(i int) string {
	n := first[i%len(first)]
	if round := i / len(first); round > 0 {
		n += " " + string(rune('A'+(round-1)%26)) + "."
	}
	return n
}
