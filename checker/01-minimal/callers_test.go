package minimal_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// A visit is what callers do to a handler: a row of the tables below.
type visit struct {
	what   string
	method string // "" is GET
	path   string
	times  int  // how many requests, all at once
	other  bool // whether the service may answer something else than ok
}

// visits are what can happen to a handler, in this order, one after the other
// to the same one.
var visits = []visit{
	{what: "a request", path: "/", times: 1},
	{what: "the next request", path: "/", times: 1},
	{what: "a request for another path", path: "/orders/42", times: 1},
	{what: "eight requests at once", path: "/", times: 8},
	{what: "a HEAD request", method: "HEAD", path: "/", times: 1, other: true},
}

// An answer is what came of one request.
type answer struct {
	*httptest.ResponseRecorder
	around []string // the functions that stood around the handler while it wrote
}

// within reports whether a function of this name, or beginning like it, stood
// around the handler.
func (a *answer) within(name string) bool {
	return slices.ContainsFunc(a.around, func(f string) bool { return strings.HasPrefix(f, name) })
}

// says returns the answer as it is read: 200 OK   ok.
func (a *answer) says() string {
	return a.Result().Status + "   " + strings.TrimSpace(a.Body.String())
}

// pay pays a visit to h: its requests are all in the handler before the first
// one is answered. prepare changes each request before it is sent; it may be
// nil.
func (v visit) pay(h http.Handler, prepare func(i int, r *http.Request)) []*answer {
	together := newMeeting(v.times)
	answers := make([]*answer, v.times)
	var callers sync.WaitGroup
	for i := range answers {
		answers[i] = &answer{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest(cmp.Or(v.method, "GET"), v.path, nil)
		if prepare != nil {
			prepare(i, r)
		}
		callers.Go(func() { h.ServeHTTP(&meetingWriter{answers[i], together}, r) })
	}
	callers.Wait()
	return answers
}

// A meeting is where goroutines wait for each other.
type meeting struct {
	mu      sync.Mutex
	missing int
	all     chan struct{}
}

func newMeeting(n int) *meeting { return &meeting{missing: n, all: make(chan struct{})} }

// join waits until everybody has come, or for two seconds: who lets only one in
// at a time must not stand for ever.
func (m *meeting) join() {
	m.mu.Lock()
	if m.missing--; m.missing == 0 {
		close(m.all)
	}
	m.mu.Unlock()
	select {
	case <-m.all:
	case <-time.After(2 * time.Second):
	}
}

// meetingWriter joins a meeting before it takes the first bytes of an answer.
type meetingWriter struct {
	*answer
	meeting *meeting
}

func (w *meetingWriter) Write(p []byte) (int, error) {
	if w.around == nil {
		w.around = callersOf()
		w.meeting.join()
	}
	return w.answer.Write(p)
}

func (w *meetingWriter) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// callersOf returns the functions that the caller's caller runs in, innermost
// first.
func callersOf() (names []string) {
	pcs := make([]uintptr, 100)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		names = append(names, frame.Function)
		if !more {
			return names
		}
	}
}
