package failuremodes_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A logbook is what the service has logged, at level info and above. Safe for
// concurrent use.
type logbook struct {
	mu      sync.Mutex
	records []logged
}

// logged is one record, and its attributes as they are printed, by key.
type logged struct {
	level   slog.Level
	message string
	attrs   []slog.Attr
}

func (l logged) String() string {
	var b strings.Builder
	b.WriteString(l.message)
	for _, a := range l.attrs {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
	}
	return b.String()
}

func (l *logbook) logger() *slog.Logger { return slog.New(logHandler{book: l}) }

// all returns the records so far.
func (l *logbook) all() []logged {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]logged(nil), l.records...)
}

// texts returns the records so far as they are read.
func (l *logbook) texts() (texts []string) {
	for _, r := range l.all() {
		texts = append(texts, r.String())
	}
	return texts
}

// tells reports whether some record has text in it.
func (l *logbook) tells(text string) bool {
	for _, r := range l.all() {
		if strings.Contains(r.String(), text) {
			return true
		}
	}
	return false
}

// leadsTo reports whether some record has a trace's id, under the name that the
// conventions have for it.
func (l *logbook) leadsTo(trace string) bool {
	return slices.ContainsFunc(l.texts(), regexp.MustCompile(`\btrace_id\b\W{1,8}`+trace+`\b`).MatchString)
}

// standard is what has been written to the standard logger, slog's default one
// too, since it was first asked for: it is not where the service's log is.
var standard = sync.OnceValue(func() *stream {
	s := &stream{}
	log.SetOutput(io.MultiWriter(os.Stderr, s))
	return s
})

// A stream is text that was written. Safe for concurrent use.
type stream struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *stream) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), text)
}

// line returns the line that has text in it, without its date and time; "" when
// there is none.
func (s *stream) line(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(s.text.String()) {
		if strings.Contains(line, text) {
			return strings.TrimSpace(strings.TrimLeft(line, "0123456789/:. "))
		}
	}
	return ""
}

// tellsSoon reports whether some record has text in it before limit is over.
func (l *logbook) tellsSoon(text string, limit time.Duration) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if l.tells(text) {
			return true
		}
	}
	return l.tells(text)
}

type logHandler struct {
	book  *logbook
	attrs []slog.Attr
}

func (h logHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	l := logged{level: r.Level, message: r.Message, attrs: slices.Clone(h.attrs)}
	r.Attrs(func(a slog.Attr) bool {
		l.attrs = append(l.attrs, flat(a)...)
		return true
	})
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	h.book.records = append(h.book.records, l)
	return nil
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.attrs = slices.Clone(h.attrs)
	for _, a := range attrs {
		h.attrs = append(h.attrs, flat(a)...)
	}
	return h
}

func (h logHandler) WithGroup(string) slog.Handler { return h }

// flat returns an attribute, or those in it if it is a group.
func flat(a slog.Attr) (attrs []slog.Attr) {
	if a.Value = a.Value.Resolve(); a.Value.Kind() != slog.KindGroup {
		return []slog.Attr{a}
	}
	for _, inner := range a.Value.Group() {
		attrs = append(attrs, flat(inner)...)
	}
	return attrs
}
