package room

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/collector"
	"otel.workshop/internal/room/wire"
)

// A store keeps where everybody stands. Its methods may be called concurrently.
type store struct {
	*syllabus
	patience time.Duration
	changed  bell.Bell

	mu      sync.Mutex
	title   string
	people  map[string]*member
	removed map[string]bool      // ids that are refused
	left    map[string]time.Time // ids that have just gone, and when
	stats   Stats
	dirty   bool // since it was last saved
}

func newStore(s *syllabus, patience time.Duration) *store {
	return &store{syllabus: s, patience: patience, people: map[string]*member{}, removed: map[string]bool{},
		left: map[string]time.Time{}, stats: Stats{Refused: map[string]int{}}}
}

// Why requests are refused, as [Stats] counts it.
const (
	wrongToken   = "wrong token"
	oldToken     = "revoked token"
	noCredential = "no credential"
	wasRemoved   = "removed by the instructor"
	isFull       = "the room is full"
	tooMany      = "too many requests"
	tooVaried    = "another name or process too often"
)

// has reports whether somebody is in the room.
func (s *store) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people[id] != nil
}

// requestRate is how much one member may ask.
var requestRate = rate{burst: wire.RequestsBurst, perSecond: wire.RequestsRate}

// lingers is for how long what somebody sends who has left is dropped: their
// exporters' last words.
const lingers = time.Minute

// admit says whether a member's request is looked at.
func (s *store) admit(id string, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.people[id]
	switch {
	case s.removed[id]:
		s.stats.Refused[wasRemoved]++
		return collector.Refusal(http.StatusForbidden, "you have been removed from this room: ask its instructor", 0)
	case m != nil:
		if wait := m.requests.take(now, requestRate); wait > 0 {
			s.stats.Refused[tooMany]++
			return collector.Refusal(http.StatusTooManyRequests, "this workshop sends more often than a room listens", wait)
		}
	case len(s.people) >= wire.MaxPeople && s.leastWanted(now) == "":
		s.stats.Refused[isFull]++
		return errFull
	}
	return nil
}

var errFull = collector.Refusal(http.StatusServiceUnavailable, "the room is full", time.Minute)

// leastWanted returns who makes room in a room that is full: of those who are not
// here, and have not spoken since the token changed, who has been away for
// longest; or "".
func (s *store) leastWanted(now time.Time) (id string) {
	for _, m := range s.people {
		if !m.Joined && now.Sub(m.Seen) > here && (id == "" || m.Seen.Before(s.people[id].Seen)) {
			id = m.ID
		}
	}
	return id
}

// hear takes what one request said, of which ignored items are not even a
// workshop's. Without an error, what is still in said is to be passed on.
func (s *store) hear(id string, all []said, ignored int, now time.Time) (passOn []said, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Ignored += ignored
	s.dirty = true
	for _, one := range all {
		s.stats.Ignored += one.ignored
		if one.kept == 0 || now.Sub(s.left[id]) < lingers {
			continue
		}
		m, err := s.member(id, one, now)
		if err != nil {
			return passOn, err
		}
		m.Name, m.Seen, m.Joined = one.name, now, true
		if len(one.spans) == 0 {
			m.hear(one, now)
			passOn = append(passOn, one)
			continue
		}
		fresh, leaves := s.hearSpans(m, one.spans, now)
		if leaves {
			delete(s.people, id)
			s.goes(id, now)
		}
		if fresh {
			passOn = append(passOn, one)
		}
	}
	s.stats.Requests++
	s.changed.Ring()
	return passOn, nil
}

// member returns who speaks, if there is room for them. The caller holds mu.
func (s *store) member(id string, one said, now time.Time) (*member, error) {
	m := s.people[id]
	if m == nil {
		if len(s.people) >= wire.MaxPeople {
			out := s.leastWanted(now)
			if out == "" {
				s.stats.Refused[isFull]++
				return nil, errFull
			}
			delete(s.people, out)
		}
		m = &member{record: record{ID: id}}
		m.requests.take(now, requestRate)
		s.people[id] = m
	}
	if wait := m.mayVary(one.shape, now); wait > 0 {
		s.stats.Refused[tooVaried]++
		return nil, collector.Refusal(http.StatusTooManyRequests, "this workshop changes its name, or starts anew, more often than a room listens", wait)
	}
	return m, nil
}

// hearSpans reports whether some of the spans had not been here before, and
// whether one of them says that the member leaves. The caller holds mu.
func (s *store) hearSpans(m *member, spans []heardSpan, now time.Time) (fresh, leaves bool) {
	for _, h := range spans {
		if !m.fresh(h.hash) {
			continue
		}
		fresh = true
		s.stats.Spans++
		if h.kind == wire.Grading {
			s.stats.Gradings++
		}
		leaves = leaves || h.kind == wire.Leave
		m.graded(h, now)
	}
	return fresh, leaves
}

// goes remembers that somebody left. The caller holds mu.
func (s *store) goes(id string, now time.Time) {
	maps.DeleteFunc(s.left, func(_ string, at time.Time) bool { return now.Sub(at) >= lingers })
	s.left[id] = now
}

// refuse counts a request that was refused.
func (s *store) refuse(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Refused[why]++
	s.dirty = true
}

// remove removes a member, and what they say from now on. It reports whether they
// were there.
func (s *store) remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people[id] == nil {
		return false
	}
	delete(s.people, id)
	s.removed[id] = true
	s.dirty = true
	s.changed.Ring()
	return true
}

// anew begins with a new token: everybody has to join again, and may.
func (s *store) anew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.removed)
	for _, m := range s.people {
		m.Joined = false
	}
	s.dirty = true
	s.changed.Ring()
}

// view draws the room.
func (s *store) view(now time.Time) View {
	s.mu.Lock()
	v := View{Title: s.title, At: now, Steps: s.steps, Patience: s.patience, Stats: s.stats, People: make([]Person, 0, len(s.people))}
	v.Stats.Refused = maps.Clone(s.stats.Refused)
	for _, m := range s.people {
		v.People = append(v.People, m.person(now, s.patience))
	}
	s.mu.Unlock()
	slices.SortFunc(v.People, func(a, b Person) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	v.Holds = s.holds(v.People)
	return v
}

// holds gathers who stands where.
func (s *syllabus) holds(people []Person) (holds []Hold) {
	at := map[string][]Person{}
	for _, p := range people {
		if p.Here && !p.Done && s.hasCheck(p.At) {
			at[p.At] = append(at[p.At], p)
		}
	}
	for key, stand := range at {
		slices.SortStableFunc(stand, func(a, b Person) int { return cmp.Compare(b.For, a.For) })
		h := Hold{Check: s.checks[key], Longest: stand[0].For, Median: stand[len(stand)/2].For}
		for _, p := range stand {
			h.People = append(h.People, p.ID)
			if p.Stuck {
				h.Stuck++
			}
		}
		holds = append(holds, h)
	}
	slices.SortFunc(holds, func(a, b Hold) int {
		return cmp.Or(cmp.Compare(len(b.People), len(a.People)), cmp.Compare(b.Longest, a.Longest),
			strings.Compare(a.Check.Step, b.Check.Step), strings.Compare(a.Check.ID, b.Check.ID))
	})
	return holds
}
