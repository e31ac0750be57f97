package web

import (
	"strings"
	"sync"

	"otel.workshop/internal/variant"
)

// mistakesByCheck knows which mistakes a check catches. They are read once: the
// room is drawn every second.
type mistakesByCheck struct {
	mu     sync.Mutex
	loaded map[string][]mistakeLine
}

// load returns the mistakes by the full id of the check, those that are made for
// a room first.
func (m *mistakesByCheck) load(root string) (map[string][]mistakeLine, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.loaded != nil {
		return m.loaded, nil
	}
	variants, err := variant.Load(root)
	if err != nil {
		return nil, err
	}
	starred := variant.Starred(root)
	variant.StarsFirst(variants, starred)
	m.loaded = make(map[string][]mistakeLine)
	for _, v := range variants {
		if v.Name == variant.Starter {
			continue
		}
		number, _, _ := strings.Cut(v.Step, "-")
		for _, id := range v.CaughtBy {
			full := number + "/" + id
			m.loaded[full] = append(m.loaded[full], mistakeLine{Name: v.Name, Summary: v.Summary, Starred: starred[v.Name]})
		}
	}
	return m.loaded, nil
}
