package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// patience bounds each question, so that a foreign program which accepts the
// connection and says nothing cannot hold its asker.
const patience = 2 * time.Second

// IsWorkshop reports whether a running workshop's receiver serves addr, a host
// and port such as "127.0.0.1:4318". It takes two seconds at most.
func IsWorkshop(ctx context.Context, addr string) bool { return Who(ctx, addr) != "" }

// Who returns which of all receivers serves addr, or "" when that is none of a
// workshop's. Another one there later has another name. It takes two seconds at
// most.
func Who(ctx context.Context, addr string) string {
	var id identity
	if get(ctx, addr, Path, &id) != nil || id.Workshop != Name {
		return ""
	}
	return id.Workshop + " " + id.Book
}

// Seen asks the receiver at addr which signals arrived under nonce. It takes
// two seconds at most; a nonce that the receiver does not know has no signals
// and is no error.
func Seen(ctx context.Context, addr, nonce string) (Signals, error) {
	var s Signals
	if err := get(ctx, addr, SeenPath+url.PathEscape(nonce), &s); err != nil {
		return Signals{}, fmt.Errorf("ask the collector at %s for a probe: %w", addr, err)
	}
	return s, nil
}

// get reads the JSON answer to one request. Each has a connection of its own
// that is closed afterwards, no proxy and no redirect: nothing is left running,
// and the environment cannot lead it elsewhere.
func get(ctx context.Context, addr, path string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return err
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 4<<10)).Decode(answer); err != nil {
		return fmt.Errorf("GET %s: read the answer: %w", path, err)
	}
	return nil
}
