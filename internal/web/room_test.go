package web

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/room"
	"otel.workshop/internal/room/canned"
	"otel.workshop/internal/room/wire"
)

func TestWithoutARoomThePageSaysHowToOpenOne(t *testing.T) {
	s, _ := fake(t)
	s.room = nil
	for _, request := range []string{"GET /room", "GET /room/now", "GET /room/people", "POST /room/revoke", "POST /room/remove"} {
		method, path, _ := strings.Cut(request, " ")
		status, body, _ := do(t, s, method, path)
		require.Equal(t, 404, status, request)
		require.Contains(t, body, "go run . room", request)
	}
	_, body, _ := get(t, s, "/")
	require.NotContains(t, body, `href="/room"`)
	require.Contains(t, body, "<code>go run .</code>")
}

func TestTheRoomAnswersWhatHoldsItUp(t *testing.T) {
	s, f := someRoom(t, 30)
	most := f.view.Holds[0]
	status, body, _ := get(t, s, "/room")
	require.Equal(t, 200, status)
	text := visible(body)
	require.Contains(t, text, fmt.Sprintf("%d people Most stand at %s %s", len(most.People), most.Check.Number, most.Check.Title))
	require.Contains(t, text, "Stuck for more than 15 min")
	require.Contains(t, body, `href="`+lessonURL(most.Check)+`"`)
	for _, mistake := range []string{"attributes-after-end", "attributes-on-request", "id-as-float", "id-of-the-found", "latest-span"} {
		require.Contains(t, body, `href="/mistakes/`+mistake+`#demo"`, "it is caught by %s", most.Check.ID)
	}
	for _, p := range f.view.People {
		require.Contains(t, body, "<bdi>"+p.Name+"</bdi>")
		require.Contains(t, body, `id="p-`+p.ID+`"`)
	}
	_, body, _ = get(t, s, "/")
	require.Contains(t, body, `href="/room"`)
}

// Each check of each person is drawn, in its column, in the shape of its state.
func TestEachCheckHasItsPlace(t *testing.T) {
	ss := checkout(t)
	cs := newColumns(ss.Steps)
	require.Less(t, cs.Width, 850, "beside two names it fits into 1280 pixels")
	all := 0
	seen := map[int]bool{}
	for _, step := range ss.Steps {
		all += len(step.Checks)
		for _, c := range step.Checks {
			x := cs.x[roomKey(c)]
			require.False(t, seen[x], "two checks are in one place")
			seen[x] = true
			for state, draws := range map[wire.State]string{wire.Passing: "h8", wire.Failing: "l6 8", wire.Blocked: "v8h-6z", wire.NotJudged: "l4 5"} {
				row := cs.row(room.Person{At: roomKey(c), Checks: map[string]room.CheckView{roomKey(c): {State: state, Hints: 2}}})
				drawn := row.Pass + row.Fail + row.Blocked + row.Unjudged
				require.Equal(t, 1, strings.Count(drawn, "M"))
				require.Contains(t, drawn, draws)
				require.Equal(t, fmt.Sprintf("M%d 20h5", x), row.Hints)
				require.Equal(t, fmt.Sprintf("M%d 2h10v16h-10z", x-1), row.Hand)
			}
		}
	}
	require.Len(t, seen, all)
	require.Equal(t, all, strings.Count(cs.Blank(), "M"))
}

func TestAPersonsDetails(t *testing.T) {
	s, f := someRoom(t, 30)
	i := slices.IndexFunc(f.view.People, func(p room.Person) bool { return p.Twice })
	p := f.view.People[i]
	f.change(func() { f.view.People[i].Dropped = 3 })
	_, body, _ := get(t, s, "/room?person="+p.ID)
	text := visible(body)
	for _, part := range []string{fmt.Sprintf("%d gradings", p.Gradings), "3 spans were lost", "Two workshops speak as this person", "Latest gradings", "Remove", "last heard of"} {
		require.Contains(t, text, part)
	}
	_, part, _ := get(t, s, "/room/people?person="+p.ID)
	require.Contains(t, visible(part), "Two workshops speak as this person")
	_, none, _ := get(t, s, "/room?person=%3Cscript%3E")
	require.NotContains(t, none, "%3Cscript")
	require.NotContains(t, none, "Latest gradings")
}

func TestPeopleWhoAreThereForLongestComeFirst(t *testing.T) {
	s, f := someRoom(t, 30)
	first := func(path string) string {
		_, body, _ := get(t, s, path)
		_, rest, _ := strings.Cut(body, `<li id="p-`)
		return rest[:16]
	}
	require.Equal(t, f.view.People[0].ID, first("/room"))
	longest := slices.MaxFunc(f.view.People, func(a, b room.Person) int { return int(a.For - b.For) })
	require.Equal(t, longest.ID, first("/room?by=time"))
}

// Whoever looks at the projector learns of nobody by name, nor by anything that
// stands for one.
func TestAProjectorShowsNoNames(t *testing.T) {
	s, f := someRoom(t, 30)
	hostile := canned.Hostile(s.desk.Session().Steps, time.Now())
	for i := range hostile.People {
		hostile.People[i].Name = fmt.Sprintf("Somebody %d", i)
	}
	hostile.Title = "Any room"
	views := []room.View{f.view, hostile}
	f.change(func() { f.view = canned.Room(s.desk.Session().Steps, 500, time.Now()) })
	for _, v := range append(views, f.view) {
		f.change(func() { f.view = v })
		for _, path := range []string{"/room?projector", "/room/now?projector", "/room?projector&invite&by=time&person=" + v.People[0].ID} {
			_, body, _ := get(t, s, path)
			require.Contains(t, body, "How far the room is")
			words := wordsOf(body)
			require.True(t, words["room"])
			for _, p := range v.People {
				require.NotContains(t, body, p.ID, path)
				require.False(t, words[p.Name], "%s says %s", path, p.Name)
			}
		}
	}
}

// wordsOf returns everything that could be a name: texts, attributes and words
// of both.
func wordsOf(body string) map[string]bool {
	words := map[string]bool{}
	for _, s := range strings.FieldsFunc(html.UnescapeString(body), func(r rune) bool { return strings.ContainsRune(`<>"=`, r) }) {
		words[strings.TrimSpace(s)] = true
		for word := range strings.FieldsSeq(s) {
			words[strings.Trim(word, ".,:;()")] = true
		}
	}
	return words
}

// The address is the room's secret: it is nowhere until somebody asks for it.
func TestTheAddressIsShownOnDemand(t *testing.T) {
	s, f := someRoom(t, 30)
	for _, path := range []string{"/room", "/room?projector", "/room/now", "/room/people", "/"} {
		_, body, _ := get(t, s, path)
		require.NotContains(t, body, f.token, path)
	}
	_, body, _ := get(t, s, "/room?projector&invite")
	require.Contains(t, body, "go run . --room http://192.168.1.5:4319/"+f.token)
	require.Contains(t, body, "go run . --room http://10.8.0.1:4319/"+f.token)
	require.Contains(t, body, `class="qr"`)

	old := f.token
	status, body, _ := do(t, s, "POST", "/room/revoke?projector=", "HX-Request", "true")
	require.Equal(t, 200, status)
	require.NotEqual(t, old, f.token)
	require.Contains(t, body, f.token)
	require.NotContains(t, body, old)
	status, _, h := do(t, s, "POST", "/room/revoke")
	require.Equal(t, 303, status)
	require.Equal(t, "/room?invite=", h.Get("Location"))
	f.fails = errors.New("the disk is full")
	status, body, _ = do(t, s, "POST", "/room/revoke")
	require.Equal(t, 500, status)
	require.Contains(t, body, "the disk is full")
}

func TestAPersonIsRemoved(t *testing.T) {
	s, f := someRoom(t, 30)
	post := func(id string, headers ...string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL()+"/room/remove?by=time&person="+id, strings.NewReader(url.Values{"id": {id}}.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
	id := f.view.People[3].ID
	status, _ := post(id, "Origin", "https://evil.example")
	require.Equal(t, 403, status)
	require.Len(t, f.View().People, 30)
	status, body := post(id, "HX-Request", "true", "Sec-Fetch-Site", "same-origin")
	require.Equal(t, 200, status)
	require.NotContains(t, body, id)
	require.Len(t, f.View().People, 29)
	status, _ = post(f.view.People[3].ID)
	require.Equal(t, 303, status)
	status, body = post("nobody")
	require.Equal(t, 404, status)
	require.Contains(t, body, "reload the page")
	f.fails = errors.New("they are not in the room any more")
	status, body = post(id)
	require.Equal(t, 409, status)
	require.Contains(t, body, "they are not in the room any more")
}

func TestForeignersTouchNoRoom(t *testing.T) {
	s, f := someRoom(t, 3)
	old := f.token
	for _, path := range []string{"/room/revoke", "/room/remove"} {
		for _, headers := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Host", "evil.example"}} {
			status, _, _ := do(t, s, "POST", path, headers...)
			require.Equal(t, 403, status, "%s %q", path, headers)
		}
		status, _, _ := get(t, s, path)
		require.Equal(t, 405, status)
	}
	require.Equal(t, old, f.token)
}

// Whatever people are called, and whatever their workshops claim, is text.
func TestTheRoomDrawsHostileNamesAsText(t *testing.T) {
	ss := checkout(t)
	v := canned.Hostile(ss.Steps, time.Now())
	s, _ := serveRoom(t, ss, v, "")
	for _, path := range []string{"/room?invite", "/room?by=time", "/room?projector", "/room?person=" + v.People[0].ID, "/room?person=" + v.People[1].ID, "/room?person=" + v.People[2].ID} {
		status, body, h := get(t, s, path)
		require.Equal(t, 200, status, path)
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'")
		require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe")
		for _, found := range tag.FindAllString(body, -1) {
			require.Empty(t, inlined.FindString(found), path)
			require.NotRegexp(t, `(?i)^<(img|b)\b`, found)
		}
		for _, r := range body {
			require.True(t, r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r), "%s holds %q", path, r)
		}
	}
	_, body, _ := get(t, s, "/room")
	text := visible(body)
	require.Contains(t, text, `"><img src=x onerror=alert(1)>`)
	require.Contains(t, text, strings.Repeat("W", wire.MaxName))
	require.Contains(t, text, `{{.Title}} ${1+1}`)
}

// tag is any: the template leaves no > in an attribute.
var tag = regexp.MustCompile(`<[^>]*>`)

// visible is the text of a page, with single spaces.
func visible(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(body, " "))), " ")
}

func TestRoomStats(t *testing.T) {
	require.Equal(t, []string{
		"10 requests, with 20 spans, have told of 3 gradings",
		"4 spans and points were ignored: no workshop sends them",
		"3 requests were refused: 1 too many requests, 2 wrong token",
	}, roomStats(room.Stats{Requests: 10, Spans: 20, Gradings: 3, Ignored: 4, Refused: map[string]int{"wrong token": 2, "too many requests": 1}}))
	require.Len(t, roomStats(room.Stats{}), 1)
}

func TestTheFooterTellsWhatElseThereIs(t *testing.T) {
	s, _ := someRoom(t, 3)
	s.tells = func() []string { return []string{"Passed on to http://backend.example: 3 requests sent\u202e"} }
	_, body, _ := get(t, s, "/room")
	require.Contains(t, body, `Passed on to http://backend.example: 3 requests sent\u202e.`)
	_, body, _ = get(t, s, "/room?projector")
	require.NotContains(t, body, "backend.example")
}

func TestTimesDoNotJitter(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "less than a minute", 59 * time.Second: "less than a minute", time.Minute: "1 min", 12*time.Minute + 59*time.Second: "12 min",
		time.Hour: "1 h", 80 * time.Minute: "1 h 20 min", 25 * time.Hour: "a day", 50 * time.Hour: "2 days", 1 << 62: "ages",
	} {
		require.Equal(t, want, spell(d), d)
	}
}

// A QR code is what a phone reads: the modules are where the library has them,
// with the margin around them.
func TestQR(t *testing.T) {
	q := drawQR("http://192.168.1.5:4319/abcdefghijklmnop")
	require.NotNil(t, q)
	require.Equal(t, 29+2*4, q.Size, "version 3, and four light units at each side")
	require.True(t, strings.HasPrefix(q.Path, "M4 4h7v1h-7z"), "the first finder begins behind the margin: %s", q.Path[:40])
	require.Nil(t, drawQR(strings.Repeat("x", 10_000)))
}
