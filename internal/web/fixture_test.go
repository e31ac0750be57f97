package web

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/workspace"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.end != nil {
		browser.end()
	}
	if dir := checkoutDir; dir != "" {
		_ = os.RemoveAll(dir)
	}
	if code == 0 {
		http.DefaultClient.CloseIdleConnections()
		if err := goleak.Find(goleak.IgnoreAnyFunction("github.com/chromedp/chromedp.(*Target).run")); err != nil {
			println(err.Error())
			code = 1
		}
	}
	os.Exit(code)
}

// serve opens a desk and serves its page on free ports, until the test ends.
func serve(t testing.TB, s *session.Session, at *lesson.Check) *Server {
	t.Helper()
	return serveWith(t, s, at, collector.Options{})
}

// serveWith does so with a collector of its own kind. Whoever may send to it
// from elsewhere may open the page, too.
func serveWith(t testing.TB, s *session.Session, at *lesson.Check, o collector.Options) *Server {
	t.Helper()
	o.HTTPAddr, o.GRPCAddr = "127.0.0.1:0", "127.0.0.1:0"
	d, err := desk.Open(s, at, o)
	require.NoError(t, err)
	server, err := Start(d, Options{Addr: "127.0.0.1:0", Story: true, Outside: o.Outside})
	require.NoError(t, err)
	t.Cleanup(func() {
		server.Close()
		require.NoError(t, d.Close())
	})
	return server
}

// work lets the desk grade until the test ends, and returns what it tells.
func work(t *testing.T, s *Server) <-chan desk.Event {
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan desk.Event, 1000)
	var done sync.WaitGroup
	done.Go(func() { s.desk.Run(ctx, func(e desk.Event) { events <- e }) })
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
	return events
}

// fake serves the page of a small checkout whose grader says what it is told.
func fake(t *testing.T) (*Server, *sessiontest.Grader) {
	t.Helper()
	s, g := sessiontest.New(t)
	return serve(t, s, nil), g
}

var (
	checkoutOnce sync.Once
	checkoutDir  string
	checkoutErr  error
)

// checkout is a copy of the workshop as it began, which the tests share: a
// learner may be at work in this one.
func checkout(t testing.TB) *session.Session {
	t.Helper()
	checkoutOnce.Do(func() { checkoutErr = copyWorkshop() })
	require.NoError(t, checkoutErr)
	s, err := session.Open(checkoutDir)
	require.NoError(t, err)
	return s
}

func copyWorkshop() (err error) {
	if checkoutDir, err = sessiontest.SamePlace("otel-workshop-web"); err != nil {
		return err
	}
	root := filepath.Join("..", "..")
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		from, to := filepath.Join(root, e.Name()), filepath.Join(checkoutDir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			err = os.CopyFS(to, os.DirFS(from))
		default:
			var data []byte
			if data, err = os.ReadFile(from); err == nil {
				err = os.WriteFile(to, data, 0o644)
			}
		}
		if err != nil {
			return err
		}
	}
	w, err := workspace.Find(checkoutDir)
	if err != nil {
		return err
	}
	steps, err := w.Steps()
	if err != nil {
		return err
	}
	for _, step := range steps {
		if _, err := w.Reset(step); err != nil {
			return err
		}
	}
	return nil
}

// check finds a check by its full id.
func check(t testing.TB, s *session.Session, id string) *lesson.Check {
	t.Helper()
	_, c, err := lesson.Find(s.Steps, id)
	require.NoError(t, err)
	require.NotNil(t, c)
	return c
}
