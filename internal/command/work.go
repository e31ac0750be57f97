package command

import (
	"context"
	"errors"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
	"otel.workshop/internal/web"
)

// work is go run . itself: a desk, which the page and the terminal look at. A
// page that can't be served is no reason not to work.
func (w *workshop) work(ctx context.Context, s *session.Session, at *lesson.Check, o web.Options) (err error) {
	d, err := desk.Open(s, at, collector.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var page terminal.Page
	server, err := web.Start(d, o)
	if err != nil {
		page.Why = err.Error()
	} else {
		defer server.Close()
		page = terminal.Page{URL: server.URL(), Why: server.Notice(), Open: func() error { return web.Browse(server.URL()) }}
	}
	if w.interactive() {
		return ended(ctx, terminal.Screen(ctx, d, page, w.look(), w.stdin, w.stdout))
	}
	if err := terminal.Plain(ctx, d, page, w.look(), w.stdout); err != nil {
		return err
	}
	return errInterrupted // nothing else ends it
}
