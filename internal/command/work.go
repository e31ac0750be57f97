package command

import (
	"context"
	"errors"
	"net/url"
	"os"
	"sync"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/loopback"
	"otel.workshop/internal/room/member"
	"otel.workshop/internal/session"
	"otel.workshop/internal/terminal"
	"otel.workshop/internal/web"
)

// showOnPage serves the page, opens it at the mistake that args name, at those
// with that word or at all of them, and waits for Ctrl-C. The learner's files are
// not graded.
func (w *workshop) showOnPage(ctx context.Context, args []string) (err error) {
	s, err := w.session()
	if err != nil {
		return err
	}
	path := "/mistakes"
	if len(args) == 1 {
		found, err := findMistakes(s.Root(), args[0])
		if err != nil {
			return err
		}
		if len(found) == 1 {
			path += "/" + found[0].Name
		} else {
			path += "?" + url.Values{"q": {args[0]}}.Encode()
		}
	}
	d, server, err := w.openPage(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.closeDesk(d)) }()
	defer server.Close()
	if err := w.printf("The mistakes are on this page; Ctrl-C ends it.\n\n  %s\n\n", server.Address()+path); err != nil {
		return err
	}
	if w.interactive() {
		if err := web.Browse(server.Address() + path); err != nil {
			w.warn("No browser could be opened: " + err.Error() + ".")
		}
	}
	<-ctx.Done()
	return errInterrupted
}

// openPage opens a desk at which nothing is graded, and serves the page that
// looks at it. Both are the caller's to close.
func (w *workshop) openPage(ctx context.Context, s *session.Session) (*desk.Desk, *web.Server, error) {
	outside, err := loopback.FromEnvironment(os.Getenv)
	if err != nil {
		return nil, nil, err
	}
	d, err := w.openDesk(ctx, s, nil, outside)
	if err != nil {
		return nil, nil, err
	}
	server, err := web.Start(d, web.Options{Outside: outside})
	if err != nil {
		return nil, nil, errors.Join(err, w.closeDesk(d))
	}
	notices := append(d.Collector().Notices(), server.Notice())
	if f := d.Forwarder(); f != nil {
		notices = append(notices, terminal.Forwards(f))
	}
	for _, n := range notices {
		if n != "" {
			w.warn(n)
		}
	}
	return d, server, nil
}

// takeLeave lets a member send what waits, for two seconds at most.
func takeLeave(m *member.Member) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	m.Close(ctx)
}

// work is go run . itself: a desk, which the page and the terminal look at. A
// page that can't be served is no reason not to work.
func (w *workshop) work(ctx context.Context, s *session.Session, at *lesson.Check, in invitation, o web.Options) (err error) {
	if o.Outside, err = loopback.FromEnvironment(os.Getenv); err != nil {
		return err
	}
	card, err := w.join(ctx, s, in)
	if err != nil {
		return err
	}
	d, err := w.openDesk(ctx, s, at, o.Outside)
	if err != nil {
		return err
	}
	var goodbye sync.WaitGroup // beside all else that ends
	defer goodbye.Wait()
	defer func() { err = errors.Join(err, w.closeDesk(d)) }()
	background, stop := context.WithCancel(ctx)
	var ahead sync.WaitGroup
	ahead.Go(func() { buildAhead(background, d) })
	defer ahead.Wait()
	defer stop()
	var page terminal.Page
	server, err := web.Start(d, o)
	if err != nil {
		page.Why = err.Error()
	} else {
		defer server.Close()
		page = terminal.Page{URL: server.Address(), Why: server.Notice(), Open: func() error { return web.Browse(server.Address()) }}
	}
	if card != nil {
		m, err := member.Start(d, *card)
		if err != nil {
			return err
		}
		defer goodbye.Go(func() { takeLeave(m) })
	}
	if w.interactive() {
		return ended(ctx, terminal.Screen(ctx, d, page, w.look(), w.stdin, w.stdout))
	}
	if err := terminal.Plain(ctx, d, page, w.look(), w.stdout); err != nil {
		return err
	}
	return errInterrupted // nothing else ends it
}
