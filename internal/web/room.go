package web

import (
	"net/http"
	"net/url"
	"regexp"

	"otel.workshop/internal/room"
	"otel.workshop/internal/room/wire"
)

// Room: who stands where, and what holds people up; for the instructor, or,
// without names, for everybody on a projector.

// A Room is what the page shows of one, and what may be done to it. Its methods
// may be called concurrently.
type Room interface {
	View() room.View
	Subscribe() (changed <-chan struct{}, cancel func())
	Invite() []wire.Address // where workshops join, the best first
	Revoke() error          // the address is another one from now on; the error is that this is not saved
	Remove(id string) error // forgets a person
}

// A roomQuery is what a request asks to see of the room. All of it stands in
// the address, so that it works without a script, and a tab on the projector
// stays what it is.
type roomQuery struct {
	Projector bool   // no names
	Invite    bool   // the address, which is the room's secret, is shown
	ByTime    bool   // whoever has been at a check for longest comes first
	Person    string // whose details are shown, by id
}

var personID = regexp.MustCompile(`^[0-9a-f]{16}$`)

func askedOfRoom(r *http.Request) roomQuery {
	values := r.URL.Query()
	q := roomQuery{Projector: values.Has("projector"), Invite: values.Has("invite"), ByTime: values.Get("by") == "time"}
	if id := values.Get("person"); personID.MatchString(id) && !q.Projector {
		q.Person = id
	}
	return q
}

// String returns the query with its question mark, or "".
func (q roomQuery) String() string {
	values := url.Values{}
	if q.Projector {
		values.Set("projector", "")
	}
	if q.Invite {
		values.Set("invite", "")
	}
	if q.ByTime {
		values.Set("by", "time")
	}
	if q.Person != "" {
		values.Set("person", q.Person)
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// The addresses that differ from this one in one thing.
func (q roomQuery) toggleProjector() string {
	q.Projector, q.Person = !q.Projector, ""
	return q.String()
}
func (q roomQuery) toggleInvite() string    { q.Invite = !q.Invite; return q.String() }
func (q roomQuery) of(person string) string { q.Person = person; return q.String() }
func (q roomQuery) byTime(yes bool) string  { q.ByTime = yes; return q.String() }

// A roomView is the room at one moment, as one request asks for it.
type roomView struct {
	Query  roomQuery
	Now    nowView
	People *peopleView // nil on a projector
}

// inRoom answers where there is a room, and says elsewhere how to open one.
func (s *Server) inRoom(answer func(http.ResponseWriter, *http.Request, roomQuery)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.room == nil {
			http.Error(w, "there is no room here: go run . room opens one, and this page shows it", http.StatusNotFound)
			return
		}
		answer(w, r, askedOfRoom(r))
	}
}

func (s *Server) roomPage(w http.ResponseWriter, _ *http.Request, q roomQuery) {
	v := s.room.View()
	body := roomView{Query: q, Now: s.now(v, q)}
	if !q.Projector {
		people := s.people(v, q)
		body.People = &people
	}
	s.show(w, "room-page", page{Title: body.Now.Title, View: "room", Body: body})
}

func (s *Server) nowPart(w http.ResponseWriter, _ *http.Request, q roomQuery) {
	s.draw(w, "room-now", s.now(s.room.View(), q))
}

func (s *Server) peoplePart(w http.ResponseWriter, _ *http.Request, q roomQuery) {
	s.draw(w, "room-people", s.people(s.room.View(), q))
}

// revoke gives the room another address.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, q roomQuery) {
	if err := s.room.Revoke(); err != nil {
		http.Error(w, "the room has another address now, and will have the old one again when it is opened the next time: "+err.Error(), http.StatusInternalServerError)
		return
	}
	q.Invite = true
	if r.Header.Get("HX-Request") != "" {
		s.nowPart(w, r, q)
		return
	}
	done(w, r, "/room"+q.String())
}

// remove forgets a person.
func (s *Server) remove(w http.ResponseWriter, r *http.Request, q roomQuery) {
	id := r.PostFormValue("id")
	if !personID.MatchString(id) {
		http.Error(w, "nobody has such an id: reload the page", http.StatusNotFound)
		return
	}
	if err := s.room.Remove(id); err != nil {
		http.Error(w, "nobody was removed: "+err.Error(), http.StatusConflict)
		return
	}
	q.Person = ""
	if r.Header.Get("HX-Request") != "" {
		s.peoplePart(w, r, q)
		return
	}
	done(w, r, "/room"+q.String())
}
