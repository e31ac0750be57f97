package member

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"

	"otel.workshop/internal/regular"
	"otel.workshop/internal/room/wire"
	"otel.workshop/internal/workspace"
)

// A Card is what a workshop remembers of the room that it has joined.
type Card struct {
	Address    wire.Address
	Credential wire.Credential
	Name       string // clean, and never ""
	Title      string // what the room calls itself, as far as it was asked; clean, or ""
}

// NewCard makes a card of a member who was not one before. A name of which
// nothing is left to show becomes a guest's.
func NewCard(a wire.Address, name string) Card {
	if name = wire.CleanName(name); name == "" {
		name = fmt.Sprintf("guest %04d", rand.IntN(10_000))
	}
	return Card{Address: a, Credential: wire.NewCredential(), Name: name}
}

// Room names the room: its title if it has told one, else where it is.
func (c Card) Room() string {
	if c.Title != "" {
		return c.Title
	}
	return c.Address.Shown()
}

// cardFile is in .workshop, for its owner's eyes alone: whoever has the
// credential can speak for them.
const cardFile = "room.json"

// A cardOnDisk is the file's form.
type cardOnDisk struct {
	Address    string          `json:"address"`
	Credential wire.Credential `json:"credential"`
	Name       string          `json:"name"`
	Title      string          `json:"title,omitempty"`
}

// Remembered returns the card of the room that was joined in this checkout, nil
// when there is none. A file that makes no sense is an error, which says what to
// do.
func Remembered(w workspace.Workspace) (*Card, error) {
	path := w.StateFile(cardFile)
	data, err := regular.ReadFile(path, 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var d cardOnDisk
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	c := Card{Credential: d.Credential, Name: wire.CleanName(d.Name), Title: wire.CleanName(d.Title)}
	if err == nil {
		c.Address, err = wire.ParseAddress(d.Address)
	}
	if err == nil && (!c.Credential.Valid() || c.Name == "") {
		err = errors.New("something is missing from it")
	}
	if err != nil {
		return nil, fmt.Errorf("read which room you are in: %w (go run . room leave forgets it; %s is the file)", err, path)
	}
	return &c, nil
}

// Remember writes the card, at once.
func (c Card) Remember(w workspace.Workspace) error {
	data, err := json.MarshalIndent(cardOnDisk{c.Address.String(), c.Credential, c.Name, c.Title}, "", "\t")
	if err == nil {
		err = w.SaveState(cardFile, append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember the room: %w", err)
	}
	return nil
}

// Forget removes the card, and the latest receipt. Workshops that run with it see
// that, and stop.
func Forget(w workspace.Workspace) error {
	for _, name := range []string{cardFile, receiptFile} {
		if err := os.Remove(w.StateFile(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the room: %w", err)
		}
	}
	return nil
}

// holds reports whether c is still the card of this checkout. What can't be read
// holds nothing: when in doubt, nothing is shared.
func (c Card) holds(w workspace.Workspace) bool {
	now, err := Remembered(w)
	return err == nil && now != nil && now.Address == c.Address && now.Credential == c.Credential
}
