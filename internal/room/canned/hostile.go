package canned

import (
	"strings"
	"time"

	"otel.workshop/internal/lesson"
	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// HostileNames are some that a page may stumble over. The room lets none of the
// control characters through; a page does not rely on it.
var HostileNames = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`</text></svg><b>bold`,
	`{{.Title}} ${1+1} javascript:alert(1)`,
	"a\u202eb\x1b[31mc\x00d\u2066e",
	"שלום עולם", "مرحبا بالعالم", "日本語の名前を持つ人", "👩🏽‍💻👨‍👩‍👧‍👦🏳️‍🌈",
	"Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
	strings.Repeat("W", wire.MaxName), strings.Repeat("i ", wire.MaxName/2),
	"Ada", "Ada", "x",
}

// Hostile returns a room of people with such names, whose reports name checks,
// outcomes and steps that there are not.
func Hostile(steps []lesson.Step, now time.Time) room.View {
	v := Room(steps, len(HostileNames), now)
	v.Title = HostileNames[0]
	for i := range v.People {
		p := &v.People[i]
		p.Name = HostileNames[i]
		switch i {
		case 0:
			p.Latest = []room.Activity{{At: now, Step: HostileNames[0], Outcome: HostileNames[4], Duration: -time.Second}}
			p.Checks = map[string]room.CheckView{HostileNames[1]: {State: 99, Hints: 1 << 40}, key(steps[0].Checks[0]): {State: -1, Outcome: HostileNames[4], Hints: 1 << 40}}
			p.Dropped = 1 << 40
		case 1:
			p.At, p.For = HostileNames[0], 1<<62
		case 2:
			p.For = -time.Hour
		}
	}
	v.Stats.Refused = map[string]int{HostileNames[0]: 3, HostileNames[4]: 1}
	Sort(&v)
	return v
}
