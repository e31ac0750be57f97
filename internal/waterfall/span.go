// Package waterfall draws a trace: spans become rows with an offset, a width
// and a depth, and rows become text. The page draws the same rows.
//
// Three pictures for three readers: [Text] for somebody who wants to know
// where the time went, [Details] for one span, and [Tree] for a check's
// finding, where only the shape counts. The package uses the standard library
// alone, because every check's process links it, and it trusts no span: ids
// may repeat or form circles, clocks may disagree, names may hold anything.
package waterfall

import "time"

// A Span is what a waterfall needs to know of a span, whoever recorded it: the
// collector, or a check. Ids are lower-case hex.
type Span struct {
	TraceID  string // 32 digits
	SpanID   string // 16 digits
	ParentID string // "" for a root
	Name     string
	Kind     string // "internal", "server", "client", "producer", "consumer"
	Service  string // the resource's service.name
	Scope    string // the instrumentation scope's name
	Start    time.Time
	End      time.Time
	Error    bool   // the span's status is Error
	OK       bool   // it is Ok; when it is neither, it is Unset
	Status   string // the status' description
	Attrs    []Attr // in the order in which they were recorded
	Resource []Attr
	Events   []Event
}

// An Attr is one attribute, its value already printed.
type Attr struct{ Key, Value string }

// An Event is something that happened during a span.
type Event struct {
	Name  string
	Time  time.Time
	Attrs []Attr
}

// Duration is how long the span took: never negative, and zero for a span
// whose start or end is unknown.
func (s Span) Duration() time.Duration {
	start, end := s.interval()
	return end.Sub(start)
}

// interval returns the span's start and end, made usable: an unknown (zero)
// start is the end, and an end that is unknown or before the start is the
// start.
func (s Span) interval() (start, end time.Time) {
	start, end = s.Start, s.End
	if start.IsZero() {
		start = end
	}
	if end.Before(start) {
		end = start
	}
	return start, end
}

// attr returns the value of the first of the keys that the span has.
func (s Span) attr(keys ...string) string {
	for _, key := range keys {
		for _, a := range s.Attrs {
			if a.Key == key && a.Value != "" {
				return a.Value
			}
		}
	}
	return ""
}
