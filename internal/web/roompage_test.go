package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room"
	"otel.workshop/internal/room/canned"
	"otel.workshop/internal/room/wire"
)

// What the room hears, the page shows within two seconds, and what somebody has
// open stays open.
func TestTheRoomsPageFollows(t *testing.T) {
	s, f := someRoom(t, 30)
	tb := openTab(t, s)
	tb.open("/room")
	tb.ready()
	last := f.view.Holds[len(f.view.Holds)-1].Check

	tb.tabTo(`document.activeElement.matches(".members a")`)
	tb.key(kb.ArrowDown)
	tb.key(kb.ArrowDown)
	person := f.view.People[2]
	tb.key(kb.Enter)
	tb.until(`document.querySelector(".person")?.innerText.includes("Latest gradings")`, 5*time.Second)
	require.Contains(t, tb.text(".person h3"), person.Name)
	require.Equal(t, "p-"+person.ID, eval[string](tb, `document.activeElement.closest("li").id`), "the focus stays")
	eval[int](tb, `document.querySelector(".person summary").click(), 0`)

	f.change(func() {
		for i := range f.view.People {
			p := &f.view.People[i]
			p.At, p.Done, p.Here = roomKey(last), false, true
			p.Checks = map[string]room.CheckView{p.At: {State: wire.Failing}}
		}
		canned.Sort(&f.view)
	})
	tb.until(fmt.Sprintf(`document.querySelector(".most h2").innerText.includes(%q) && document.querySelector(".most .count").innerText.startsWith("30")`, last.Title), 3*time.Second)
	tb.until(fmt.Sprintf(`[...document.querySelectorAll(".at .number")].every((n) => n.innerText === %q)`, last.Number), 3*time.Second)
	require.Equal(t, "p-"+person.ID, eval[string](tb, `document.activeElement.closest("li").id`))
	require.True(t, eval[bool](tb, `document.querySelector(".person details").open`), "it is about to be removed")

	tb.until(`document.querySelector(".person form button").hasAttribute("data-htmx-powered")`, 5*time.Second)
	eval[int](tb, `document.querySelector(".person form button").click(), 0`)
	tb.until(fmt.Sprintf(`!document.querySelector("#p-%s") && document.querySelectorAll(".members li").length === 29`, person.ID), 5*time.Second)
	tb.until(`document.querySelector(".here").innerText.includes("29")`, 5*time.Second)
}

func TestTheRoomsKeys(t *testing.T) {
	s, f := someRoom(t, 30)
	tb := openTab(t, s)
	tb.open("/")
	tb.key("m")
	tb.until(`location.pathname === "/room" && document.querySelector("#people")`, 15*time.Second)
	tb.ready()
	tb.key("t")
	tb.until(`document.querySelector("#people [aria-current]").innerText.startsWith("longest")`, 5*time.Second)
	tb.key("?")
	tb.until(`document.querySelector("#keys").open`, time.Second)
	keys := tb.text("#keys")
	for _, what := range []string{"without names", "show how to join", "people by name", "the lesson of what holds most up"} {
		require.Contains(t, keys, what)
	}
	tb.key(kb.Escape)
	tb.until(`!document.querySelector("#keys").open && document.activeElement === document.body`, 5*time.Second) // a box that is typed into hears no keys

	tb.key("p")
	tb.until(`document.querySelector(".projector .far")`, 15*time.Second)
	require.False(t, eval[bool](tb, `Boolean(document.querySelector("#people"))`))
	tb.ready()
	tb.key("i")
	tb.until(`document.querySelector(".projector .qr")`, 15*time.Second)
	tb.ready()
	require.Contains(t, tb.text(".line"), f.Invite()[0].Token)
	eval[int](tb, `document.querySelector("#revoke summary").click(), 0`)
	require.Contains(t, tb.text("#revoke"), "stops working at once")
	old := f.Invite()[0].Token
	eval[int](tb, `document.querySelector("#revoke button").click(), 0`)
	tb.until(fmt.Sprintf(`!document.querySelector(".line").innerText.includes(%q)`, old), 5*time.Second)
	require.Contains(t, tb.text(".line"), f.Invite()[0].Token)
	tb.key("i")
	tb.until(`!document.querySelector(".qr") && document.querySelector(".projector")`, 15*time.Second)
	tb.ready()
	tb.key("e")
	tb.until(`location.pathname.startsWith("/lesson/") && location.hash`, 15*time.Second)
	require.Equal(t, lessonURL(f.view.Holds[0].Check), eval[string](tb, `decodeURIComponent(location.pathname + location.hash)`))
	tb.until(`document.getElementById(decodeURIComponent(location.hash.slice(1)))`, 10*time.Second)
}

// ready waits until the page listens: the scripts come after the text.
func (tb *tab) ready() {
	tb.t.Helper()
	tb.until(`document.querySelector("#room-now").hasAttribute("data-htmx-powered") && document.querySelector("#offline").hidden`, 5*time.Second)
}

// A name leads to its row, a demo is one click away.
func TestANameLeadsToItsRow(t *testing.T) {
	s, f := someRoom(t, 500)
	tb := openTab(t, s)
	tb.open("/room")
	tb.ready()
	id := f.view.Holds[0].People[0]
	eval[int](tb, `document.querySelector(".most .who").click(), 0`)
	tb.until(fmt.Sprintf(`location.hash === "#p-%s" && document.querySelector(".person")`, id), 10*time.Second)
	tb.until(fmt.Sprintf(`(() => { const at = document.querySelector("#p-%s").getBoundingClientRect(); return at.top > 0 && at.top < innerHeight; })()`, id), 5*time.Second)
	tb.open("/room")
	eval[int](tb, `document.querySelector(".catches a").click(), 0`)
	tb.until(`location.pathname.startsWith("/mistakes/") && document.querySelector('#demo [data-key="o"]')`, 10*time.Second)
}

// Five hundred people who are all at work: the page follows, and answers keys
// meanwhile.
func TestFiveHundredPeopleInTheBrowser(t *testing.T) {
	s, f := someRoom(t, 500)
	tb := openTab(t, s)
	tb.open("/room")
	tb.ready()
	require.Less(t, eval[float64](tb, `document.querySelector(".grid-scroll").clientHeight`), 800.0)
	require.Equal(t, 500, eval[int](tb, `document.querySelectorAll(".members li").length`))
	views := []room.View{f.view, worst(canned.Room(s.desk.Session().Steps, 500, time.Now()))}
	for i := range views[1].People { // the same people
		views[1].People[i].ID = views[0].People[i].ID
	}
	took := func() float64 {
		return eval[float64](tb, `(async () => { const began = performance.now(); await htmx.ajax("GET", "/room/people", {target: "#people-part", swap: "innerMorph"}); document.body.offsetHeight; return performance.now() - began; })()`)
	}
	for i := range 4 {
		f.mu.Lock()
		f.view = views[i%2]
		f.mu.Unlock()
		t.Logf("another %d rows: asked for, drawn, received, put in their places in %.0f ms", len(f.view.People), took())
	}
}

func TestTheRoomComesBack(t *testing.T) {
	ss := checkout(t)
	v := canned.Room(ss.Steps, 30, time.Now())
	first, _ := serveRoom(t, ss, v, "")
	tb := openTab(t, first)
	tb.open("/room")
	tb.ready()
	tb.mu.Lock()
	tb.alone = true // of course it complains from now on
	tb.mu.Unlock()
	first.Close()
	tb.until(`!document.querySelector("#offline").hidden && document.querySelector("#offline").innerText.includes("go run . room")`, 30*time.Second)

	v = canned.Room(ss.Steps, 4, time.Now())
	_, again := serveRoom(t, ss, v, strings.TrimPrefix(first.URL(), "http://"))
	tb.until(`document.querySelector("#offline").hidden && document.querySelectorAll(".members li").length === 4 && document.querySelector(".here").innerText.includes("4")`, 30*time.Second)
	again.change(func() { again.view = canned.Room(ss.Steps, 5, time.Now()) })
	tb.until(`document.querySelectorAll(".members li").length === 5`, 10*time.Second)
}

func TestTheRoomWithoutScripts(t *testing.T) {
	s, f := someRoom(t, 30)
	tb := openTab(t, s)
	tell(tb, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	press := func(selector string) {
		t.Helper()
		eval[int](tb, fmt.Sprintf(`document.querySelector(%q).click(), 0`, selector))
	}
	tb.open("/room")
	id := f.view.People[0].ID
	tb.open(eval[string](tb, `document.querySelector(".members a").getAttribute("href")`))
	press(".person summary")
	press(".person form button")
	require.Eventually(t, func() bool { return len(f.View().People) == 29 }, 5*time.Second, 10*time.Millisecond)
	time.Sleep(300 * time.Millisecond) // the page that follows
	tb.until(fmt.Sprintf(`document.querySelector(".here")?.innerText.includes("29") && !document.querySelector("#p-%s")`, id), 5*time.Second)
	tb.open(eval[string](tb, `document.querySelector('[data-key="i"]').getAttribute("href")`))
	old := f.Invite()[0].Token
	press("#revoke summary")
	press("#revoke button")
	require.Eventually(t, func() bool { return f.Invite()[0].Token != old }, 5*time.Second, 10*time.Millisecond)
	time.Sleep(300 * time.Millisecond)
	tb.until(fmt.Sprintf(`document.querySelector(".line")?.innerText.length > 20 && !document.querySelector(".line").innerText.includes(%q)`, old), 5*time.Second)
}

// Markup in a name is drawn as such, and nothing of it runs: the console stays
// empty.
func TestHostileNamesInTheBrowser(t *testing.T) {
	ss := checkout(t)
	s, f := serveRoom(t, ss, canned.Hostile(ss.Steps, time.Now()), "")
	tb := openTab(t, s)
	for i, p := range f.view.People[:3] {
		tb.open("/room?invite&person=" + p.ID)
		tb.ready()
		require.Contains(t, tb.text("h1"), "<script>alert(1)</script>")
		require.Zero(t, eval[int](tb, `document.querySelectorAll("main script, main img, main b, main iframe, main style").length`), i)
		require.Contains(t, tb.text(".person h3"), strings.Fields(p.Name)[0])
	}
	require.Contains(t, tb.text(".members"), `"><img src=x onerror=alert(1)>`)
	tb.shot("room-hostile", 1280, false)
	tb.shot("room-hostile", 390, true)
	tb.accessible()
}

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
		"room-one":       {1, "/room"},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := someRoom(t, tc.people)
			tb := openTab(t, s)
			path := tc.path
			if name == "room-person" {
				path += f.view.Holds[0].People[0]
			}
			tb.open(path)
			if tc.people == 500 { // rows that are out of sight are not drawn
				eval[int](tb, `document.querySelector("#people").scrollIntoView({behavior: "instant"}), 0`)
			}
			if tc.people < 100 {
				pictures(tb, name)
			} else {
				shots(tb, name)
			}
		})
	}
}
