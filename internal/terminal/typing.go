package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/report"
	"otel.workshop/internal/shop"
)

// The lessons say to type a fault's name into the terminal in which the service
// runs. Somebody will type it here, where letters are keys. So letters that
// begin such a name are held for a moment: they may be the rest of it.
const (
	firstLetter = 250 * time.Millisecond // a key that begins a name does what it does after so long
	nextLetter  = 1500 * time.Millisecond
)

// typing is what has been typed of a fault's name.
type typing struct {
	text string
	at   time.Time // of its last letter
}

// typed takes a key, and reports whether it is to quit.
func (m *model) typed(key string, now time.Time) (quit bool) {
	m.letGo(now)
	if text := m.typing.text + key; len(key) == 1 && beginsFault(text) {
		m.typing = typing{text, now}
		if f, err := shop.FindFault(text); err == nil {
			m.typing = typing{}
			m.fault(f)
		}
		return false
	}
	held := m.typing.text
	m.release()
	if text := key; held != "" && len(key) == 1 && beginsFault(text) {
		m.typing = typing{text, now}
		return false
	}
	return m.press(key)
}

// letGo gives up waiting for more of a name when it has been too long.
func (m *model) letGo(now time.Time) {
	limit := nextLetter
	if len(m.typing.text) == 1 {
		limit = firstLetter
	}
	if m.typing.text != "" && now.Sub(m.typing.at) >= limit {
		m.release()
	}
}

// release does what the held letters do as keys: one or two may have been meant
// so, more are a word.
func (m *model) release() {
	held := m.typing.text
	m.typing = typing{}
	if len(held) > 2 {
		m.flash = held + " is no fault's name; here, letters are keys"
		return
	}
	for _, key := range held {
		m.press(string(key))
	}
}

func beginsFault(text string) bool {
	return slices.ContainsFunc(shop.Faults(), func(f shop.Fault) bool { return strings.HasPrefix(string(f), text) })
}

// fault switches a fault on or off around the service that s has started, and
// says where else it may have been meant.
func (m *model) fault(f shop.Fault) {
	const elsewhere = "A service that go run . run has started is told so in the terminal in which it runs."
	sv := m.counter.Service()
	on := !slices.Contains(sv.Faults, f)
	if !sv.Running {
		m.say(m.look.prose(fmt.Sprintf("%s is a fault's name. %s Here, letters are keys; with s your service runs here, too, and then the name may be typed here as well.", string(f), elsewhere), 0))
		return
	}
	if err := m.counter.Set(f, on); err != nil {
		m.say(m.look.prose(sentence(err.Error()), 0))
		return
	}
	text := m.look.paint(report.Green, "✓") + " " + string(f) + " is over"
	if on {
		text = m.look.paint(report.Yellow, "!") + " " + string(f) + ": " + f.String()
	}
	m.say(text + "\n" + m.look.dim(m.look.prose("This is about the service that s has started here. "+elsewhere, 2)))
}

// pasted takes what was pasted: a fault's name, or nothing of use.
func (m *model) pasted(text string) {
	if f, err := shop.FindFault(strings.TrimSpace(text)); err == nil {
		m.fault(f)
	}
}
