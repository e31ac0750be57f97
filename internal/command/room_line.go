package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"otel.workshop/internal/forward"
	"otel.workshop/internal/room"
)

// How often the line about the room is drawn: on a terminal in its place, else
// one below the other.
const (
	drawEvery  = time.Second
	printEvery = 10 * time.Second
)

// watchRoom says how the room is until ctx is done, and whatever is said.
func (w *workshop) watchRoom(ctx context.Context, r *room.Room, backend *forward.Forwarder, said <-chan string) error {
	every := printEvery
	if w.onTerminal() {
		every = drawEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var teller forward.Teller
	line := ""
	for {
		if now := roomLine(r.View()); now != line {
			line = now
			if err := w.drawLine(line); err != nil {
				return err
			}
		}
		var news []string
		select {
		case <-ctx.Done():
			if w.onTerminal() {
				return w.printf("\n")
			}
			return nil
		case text := <-said:
			news = append(news, text)
		case <-tick.C:
		}
		if backend != nil {
			for _, n := range teller.News(backend.Stats()) {
				news = append(news, n.Text)
			}
		}
		for _, text := range news {
			if w.onTerminal() {
				text = "\r\x1b[K" + text
			}
			w.warn(text)
			line = "" // to be drawn again below
		}
	}
}

// drawLine draws the line, over the last one on a terminal.
func (w *workshop) drawLine(line string) error {
	if !w.onTerminal() {
		return w.printf("%s\n", line)
	}
	return w.printf("\r\x1b[K%s", ansi.Truncate(line, max(20, w.terminalWidth()-1), "…"))
}

// roomLine says how a room is, without a name.
func roomLine(v room.View) string {
	here, stuck := 0, 0
	for _, p := range v.People {
		if p.Here {
			here++
		}
		if p.Stuck {
			stuck++
		}
	}
	if len(v.People) == 0 {
		return "Nobody has joined yet."
	}
	parts := []string{fmt.Sprintf("%d here", here)}
	if away := len(v.People) - here; away > 0 {
		parts[0] += fmt.Sprintf(", %d away", away)
	}
	if stuck > 0 {
		parts = append(parts, fmt.Sprintf("%d stuck", stuck))
	}
	if len(v.Holds) > 0 {
		h := v.Holds[0]
		parts = append(parts, fmt.Sprintf("most at %s %s: %d, for up to %s", h.Check.Number, h.Check.ID, len(h.People), minutes(h.Longest)))
	}
	return strings.Join(parts, " · ")
}

// minutes writes for how long somebody has been somewhere.
func minutes(d time.Duration) string {
	switch n := int(d.Minutes()); {
	case n < 1:
		return "a minute"
	case n < 60:
		return fmt.Sprintf("%d min", n)
	default:
		return fmt.Sprintf("%d h %d min", n/60, n%60)
	}
}
