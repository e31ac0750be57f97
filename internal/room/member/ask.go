package member

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"otel.workshop/internal/room/wire"
)

// What [Ask] finds that is no room, or none any more. Every other error of its
// means that nobody was reached, now.
var (
	ErrNoRoom = errors.New("what answers there is no room of this workshop, or not that one")
	ErrMoved  = errors.New("the room has a new address: ask for it")
)

// Ask asks who is at an address, for three seconds at most. Nothing is told
// about who asks. The title is clean.
func Ask(ctx context.Context, a wire.Address) (wire.Greeting, error) {
	l := newLine("")
	defer l.close()
	return l.ask(ctx, a)
}

func (l *line) ask(ctx context.Context, a wire.Address) (wire.Greeting, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.String(), nil)
	if err != nil {
		return wire.Greeting{}, errors.New("its address cannot be asked") // the cause would repeat the token
	}
	r.Header.Set("Accept", "application/json")
	res, err := l.client().Do(r)
	if err != nil {
		return wire.Greeting{}, withoutURL(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusGone:
		return wire.Greeting{}, ErrMoved
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
		return wire.Greeting{}, fmt.Errorf("it answers %d %s", res.StatusCode, http.StatusText(res.StatusCode))
	case res.StatusCode != http.StatusOK:
		return wire.Greeting{}, ErrNoRoom
	}
	var g wire.Greeting
	switch err := json.NewDecoder(res.Body).Decode(&g); {
	case ctx.Err() != nil:
		return wire.Greeting{}, ctx.Err()
	case err != nil || !g.Workshop:
		return wire.Greeting{}, ErrNoRoom
	}
	g.Title = wire.CleanName(g.Title)
	return g, nil
}
