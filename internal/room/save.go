package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"otel.workshop/internal/regular"
	"otel.workshop/internal/room/wire"
)

const (
	savedFile   = "room-hosted.json"
	mostSaved   = 64 << 20 // bytes of it
	saveEvery   = 2 * time.Second
	savedFormat = 1
)

// A saved is what is remembered of a room.
type saved struct {
	Format  int      `json:"format"`
	Token   string   `json:"token"`
	Revoked []string `json:"revoked,omitempty"`
	Title   string   `json:"title,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Stats   Stats    `json:"stats"`
	People  []record `json:"people"`
}

// A saver writes one room, one time after the other.
type saver struct {
	mu   sync.Mutex
	told bool // that it does not work
}

// keepSaving saves what has changed, less often where it takes long.
func (r *Room) keepSaving(ctx context.Context) {
	pause := saveEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		began := time.Now()
		_ = r.save() // it has told
		pause = max(saveEvery, 20*time.Since(began))
	}
}

// save writes the room if it has changed. A disk that is full is told once.
func (r *Room) save() error {
	if r.opts.Workspace.Root == "" {
		return nil
	}
	r.saver.mu.Lock()
	defer r.saver.mu.Unlock()
	state, changed := r.state()
	if !changed {
		return nil
	}
	data, err := json.Marshal(state)
	if err == nil {
		err = r.opts.Workspace.SaveState(savedFile, append(data, '\n'), 0o600)
	}
	if err == nil {
		r.saver.told = false
		return nil
	}
	r.store.mu.Lock()
	r.store.dirty = true
	r.store.mu.Unlock()
	err = fmt.Errorf("save the room: %w", err)
	if !r.saver.told {
		r.saver.told = true
		r.opts.Tell(err.Error() + ". The room goes on, and is forgotten when it ends unless that is put right.")
	}
	return err
}

// state copies what is to be saved, if it has changed.
func (r *Room) state() (s saved, changed bool) {
	r.mu.Lock()
	s = saved{Format: savedFormat, Token: r.token, Revoked: slices.Clone(r.revoked)}
	r.mu.Unlock()
	st := r.store
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.dirty {
		return s, false
	}
	st.dirty = false
	s.Title = st.title
	s.Removed = slices.Sorted(maps.Keys(st.removed))
	s.Stats = st.stats
	s.Stats.Refused = maps.Clone(st.stats.Refused)
	for _, id := range slices.Sorted(maps.Keys(st.people)) {
		s.People = append(s.People, st.people[id].record.clone())
	}
	return s, true
}

// clone copies a record. Maps of a push are never changed once they are there.
func (r record) clone() record {
	r.Outcomes = maps.Clone(r.Outcomes)
	r.Latest = slices.Clone(r.Latest)
	r.Instances = slices.Clone(r.Instances)
	return r
}

// load reads the room of last time. What is damaged is set aside, with a notice.
func (r *Room) load() {
	r.store.dirty = true // a room that has just begun is saved
	ws := r.opts.Workspace
	if ws.Root == "" || r.opts.Forget {
		return
	}
	data, err := regular.ReadFile(ws.StateFile(savedFile), mostSaved)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var s saved
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		r.setAside(err)
		return
	}
	r.token, r.revoked = s.Token, s.Revoked
	r.store.restore(s)
}

// check says what is wrong with what was read.
func (s saved) check() error {
	if s.Format != savedFormat {
		return errors.New("it is of another version of the workshop")
	}
	if _, err := wire.ParseAddress("http://room/" + s.Token); err != nil {
		return errors.New("its token is none")
	}
	return nil
}

func (r *Room) setAside(why error) {
	if aside, err := r.opts.Workspace.SetAside(savedFile); err != nil {
		r.notices = append(r.notices, fmt.Sprintf("The room of last time cannot be read (%v): a new one begins, with a new address.", why))
	} else {
		r.notices = append(r.notices, fmt.Sprintf("The file of the room of last time was damaged (%v) and is now %s: a new room begins, with a new address.", why, aside))
	}
}

var memberID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// restore takes back what was saved: of people what the syllabus still has.
func (s *store) restore(from saved) {
	s.title = wire.CleanName(from.Title)
	for _, id := range from.Removed {
		s.removed[id] = true
	}
	s.stats = from.Stats
	if s.stats.Refused == nil {
		s.stats.Refused = map[string]int{}
	}
	for _, p := range from.People[:min(len(from.People), wire.MaxPeople)] {
		if !memberID.MatchString(p.ID) {
			continue
		}
		unknown := func(check string) bool { return !s.hasCheck(check) }
		maps.DeleteFunc(p.States, func(check string, is wire.State) bool {
			return unknown(check) || is < wire.Failing || is > wire.NotJudged
		})
		maps.DeleteFunc(p.Outcomes, func(check, _ string) bool { return unknown(check) })
		maps.DeleteFunc(p.Hints, func(check string, _ int) bool { return unknown(check) })
		if unknown(p.At) {
			p.At = ""
		}
		p.Name = nameOr(p.Name, p.ID)
		s.people[p.ID] = &member{record: p}
	}
}
